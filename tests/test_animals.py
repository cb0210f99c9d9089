"""The drawn animals are what the book says they are."""

import pytest
import torch

from helpers import animals


def test_pictures_have_the_shape_and_the_mix_that_was_asked_for():
    images, labels = animals.draw(("cat", "dog", "owl"), 20, seed=0)
    assert images.shape == (60, 3, 32, 32) and images.dtype == torch.uint8
    assert labels.dtype == torch.int64 and labels.bincount().tolist() == [20, 20, 20]
    assert labels.tolist() != sorted(labels.tolist())


def test_a_seed_gives_the_same_pictures_again_and_another_gives_others():
    first, again, other = (animals.draw(("cat", "dog"), 50, seed=s) for s in (0, 0, 1))
    assert torch.equal(first[0], again[0]) and torch.equal(first[1], again[1])
    assert not torch.equal(first[0], other[0])
    flat = first[0].flatten(1).float()
    assert (torch.cdist(flat, flat) + 1e9 * torch.eye(100)).min() > 500  # no two alike


def test_no_kind_is_told_by_its_colour_or_light():
    images, labels = animals.draw(("cat", "dog"), 1500, seed=5)
    x = images.float()
    for name, value in {"mean": x.mean((2, 3)), "spread": x.std((2, 3))}.items():
        cats, dogs = value[labels == 0], value[labels == 1]
        apart = (cats.mean(0) - dogs.mean(0)).abs() / value.std(0)
        assert apart.max() < 0.15, (name, apart)


@pytest.mark.parametrize(
    ("kinds", "count", "told"),
    [(("cat", "cow"), 1, "cow"), ("cat", 1, "tuple"), ((), 1, "tuple"), (("cat",), 0, "asked: 0")]
    + [(("cat", "dog"), 60_000, "120,000")],
)
def test_what_cannot_be_drawn_is_named(kinds, count, told):
    with pytest.raises(ValueError, match=told):
        animals.draw(kinds, count, seed=0)
