"""Plumbing for the chapters: files, devices, pictures, sliders, diagrams.

The law of this package: no model, loss, gradient, optimiser step or training loop lives here.
Delete it, and every idea is still on a page of the book. `tests/test_helpers.py` holds it to that.
"""
