"""Choose where to compute, and make random numbers repeatable."""

import random

import numpy as np
import torch


def pick():
    """Return the fastest `torch.device` here: CUDA, else Apple's MPS, else the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def seed(number=0):
    """Seed Python, NumPy and torch, so that the same cell draws the same numbers again.

    Draw random numbers on the CPU and move them afterwards: a GPU's generator gives other ones.
    """
    random.seed(number)
    np.random.seed(number)
    torch.manual_seed(number)
