"""The study on cats and dogs: photographs from 200 labels to 10,000, and more drawings than a page can wait for."""

import io
import tarfile

import numpy as np
import torch
from PIL import Image

from helpers import animals, chapters, device

SEEDS = (0, 1, 2)
CELLS = "tools normalise pick baselines network augment train start-from turned patches one-net"
OTHERS = tuple(animals.KINDS)[2:]


def photographs(path, split):
    """Return the photographs of one split, uint8 (N, 3, 32, 32), and labels, int64 (N,): 0 cat, 1 dog."""
    pictures, labels = [], []
    with tarfile.open(path) as archive:
        for member in sorted(archive.getmembers(), key=lambda member: member.name):
            if member.isfile() and member.name.startswith(f"{split}/"):
                picture = Image.open(io.BytesIO(archive.extractfile(member).read()))
                pictures.append(np.asarray(picture.convert("RGB")))
                labels.append(int("/dog/" in member.name))
    images = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).contiguous()
    return images, torch.tensor(labels)


def test_accuracy_against_labelled_pictures(full_data, study):
    book = chapters.take("cats-and-dogs", *CELLS.split())
    archive = full_data("cifar10-cats-dogs-jpg.tar.gz")
    photos = [photographs(archive, split) for split in ("train", "test")]
    assert [len(y) for _, y in photos] == [10_000, 2_000]
    drawn = [animals.draw(("cat", "dog"), n, seed=s) for n, s in ((10_000, 10), (1_000, 11))]
    other, kinds = animals.draw(OTHERS, 300, seed=2)
    results = {"photographs": {}, "drawings": {}}
    starts = {"transfer": lambda: (book.normalise(other), kinds)}
    starts["rotation"] = lambda: book.turned(book.normalise(photos[0][0]))
    for name, pair, sizes in (
        ("photographs", photos, (100, 300, 1000, 5000)),
        ("drawings", drawn, (1000, 10_000)),
    ):
        train, test = [(book.normalise(images), labels) for images, labels in pair]
        results[name] = compare(book, *train, test, sizes, starts, name)
    study(
        "cats-and-dogs",
        results,
        about="Test accuracy of the chapter's networks over three seeds: 10,000 + 2,000 photographs "
        "(CIFAR-10's cats and dogs, as JPEG), 20,000 + 2,000 drawings; sizes are labelled pictures per class",
        within=0.05,
    )


def compare(book, x, y, test, sizes, starts, name):
    """Return the accuracies by arm, size and seed, and the baselines."""
    arms = {"plain": None, "augmented": None, "transfer": "transfer", "rotation": "rotation"}
    if name == "drawings":
        arms.pop("rotation")
    before = {}
    for task in filter(None, arms.values()):
        pictures, answers = starts[task]()
        for seed in SEEDS:
            device.seed(seed)
            fresh = book.make_net(int(answers.max()) + 1)
            before[task, seed] = book.train(fresh, pictures, answers, change=book.augment)
    found = {arm: {} for arm in arms}
    for size in sizes:
        chosen = [book.pick(y, size, seed) for seed in SEEDS]
        for arm, task in arms.items():
            change = None if arm == "plain" else book.augment
            found[arm][str(size)] = [
                right(book, book.one_net(x[i], y[i], seed, change, before.get((task, seed))), test)
                for seed, i in zip(SEEDS, chosen, strict=True)
            ]
    found["attention"] = {
        str(size): [attention(book, x, y, test, size, seed) for seed in SEEDS]
        for size in (sizes[0], sizes[-1])
    }
    i = book.pick(y, min(sizes[-1], 5000), 0)
    views = {"mean colour": lambda x: x.mean((2, 3)), "points": lambda x: x.flatten(1)}
    for baseline, view in views.items():
        answers = book.logistic(view(x[i]), y[i], view(test[0]))
        found[baseline] = (answers == test[1]).double().mean().item()
    if name == "photographs":
        found["source settings"] = [settings(book, x, y, test, seed) for seed in SEEDS]
    return found


def right(book, net, test):
    """Return the share of the test pictures (a pair: pictures, labels) that a network gets right."""
    return round(book.accuracy(net, *test), 4)


def attention(book, x, y, test, size, seed):
    """Return the test accuracy of the network of patches, trained with augmentation."""
    i = book.pick(y, size, seed)
    net = book.train(book.Patches(), x[i], y[i], change=book.augment, peak=0.003)
    return right(book, net, test)


def settings(book, x, y, test, seed):
    """Return the test accuracy with the source's settings: Adam, rate 0.001, batch 64, 1,000 iterations."""
    device.seed(seed)
    net, F = book.make_net().train(), torch.nn.functional
    optimiser = torch.optim.Adam(net.parameters(), lr=0.001)
    order = torch.cat([torch.randperm(len(x)) for _ in range(7)])[:64_000]
    for index in order.split(64):
        loss = F.cross_entropy(net(x[index]), y[index])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return right(book, net.eval(), test)
