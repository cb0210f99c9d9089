"""Do digits made by a GAN help a classifier that has 500 real ones? Three seeds, with the chapter's own cells."""

import torch
import torch.nn.functional as F
from torch import nn

from helpers import chapters, device

CELLS = "where against dense loop digits networks reader few made-from tested".split()
SEEDS, STEPS = range(3), 600  # STEPS for each digit's generator


def test_made_digits_beside_five_hundred_real_ones(study):
    gan = chapters.take("gan", *CELLS)
    accuracy, right = {}, {"a generator for each digit": [], "a told generator": []}

    def note(arm, *pair, epochs, shift=0):
        accuracy.setdefault(arm, []).append(round(gan.tested(*pair, epochs, shift=shift), 4))

    for seed in SEEDS:
        device.seed(seed)
        real = gan.few(500)
        note("real alone", *real, epochs=20)
        note("real, shifted", *real, epochs=20, shift=2)
        ways = {
            "a generator for each digit": gan.made_from(*real, steps=STEPS, each=200),
            "a told generator": told(gan, *real, steps=6 * STEPS, each=200),
        }
        for way, (pictures, labels) in ways.items():
            share = (gan.read(pictures).argmax(1) == labels.cpu()).float().mean().item()
            right[way].append(round(share, 4))
            order = torch.randperm(len(pictures))
            some = order[:500]
            note(f"and 500 made, {way[2:]}", *joined(real, pictures[some], labels[some]), epochs=10)
            if way == "a generator for each digit":
                note("and 2,000 made", *joined(real, pictures, labels), epochs=4)
        note("and 500 more real", *joined(real, *gan.few(500)), epochs=10)
    study(
        "gan",
        {"accuracy": accuracy, "read as asked": right},
        about="Test accuracy on 10,000 real digits with 500 real training digits, alone and with more, three seeds; "
        "share of made digits that the shipped reader reads as asked.",
        within=0.03,
    )


def joined(real, pictures, labels):
    """Return the real pictures and labels with others behind them."""
    return torch.cat([real[0], pictures]), torch.cat([real[1], labels])


def told(gan, x, y, steps, each):
    """Return made pictures, (10 · each, 784), and labels of one generator that is told which digit to make.

    The wish, a one-hot vector times 5, goes through the generator beside its picture, so that the judge sees both.
    """
    seen = torch.cat([x, 5 * F.one_hot(y, 10).float()], dim=1)

    class Told(nn.Module):
        def __init__(self):
            super().__init__()
            self.net = gan.dense(110, 128, 784)

        def forward(self, z):
            return torch.cat([self.net(z).sigmoid(), z[:, 100:]], dim=1)

    def real(n):
        return seen[torch.randint(len(seen), (n,))]

    def wish(digits):
        return torch.cat([gan.noise(len(digits)), 5 * F.one_hot(digits, 10).to(gan.where)], dim=1)

    generator, judge = Told().to(gan.where), gan.dense(794, 128, 1).to(gan.where)
    gan.play(
        generator,
        judge,
        real,
        lambda n: wish(torch.randint(10, (n,))),
        steps,
        rates=(0.001, 0.001),
    )
    digits = torch.arange(10).repeat_interleave(each)
    with torch.no_grad():
        return generator(wish(digits))[:, :784], digits.to(gan.where)
