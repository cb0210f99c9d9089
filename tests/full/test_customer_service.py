"""The customer-service chapter's classifiers and its hand-over on BANKING77: 13,083 real questions, 77 intents."""

import csv

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from helpers import chapters

CELLS = ("features", "space", "settle")
PRECISION = 0.95  # of the answers that the desk gives, so many must be right
BASELINE = 0.8925  # words (tokens of two letters or more) with logistic regression, measured before


def read(path):
    """Return the questions and the intents in a BANKING77 file (columns text, category), two arrays of str."""
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return (np.array([row[column] for row in rows]) for column in ("text", "category"))


def fitted(place, texts, intents):
    """Return the chapter's classifier on the rows that `place` makes of texts."""
    return LogisticRegression(C=10, max_iter=1000).fit(place(texts), intents)


def sure_and_right(model, place, texts, intents):
    """Return, for each text, the highest probability and whether the answer is right."""
    chance = model.predict_proba(place(texts))
    return chance.max(1), model.classes_[chance.argmax(1)] == intents


def lowest(sure, right, settle):
    """Return the lowest threshold at which the answers are right often enough."""
    for threshold in np.linspace(0, 0.99, 100):
        if 1 - settle(sure, right, threshold)[1] >= PRECISION:
            return threshold
    raise AssertionError("no threshold reaches the precision")


def test_banking77(full_data, study):
    """Measure words, words with letters and embeddings; then how many questions are answered at 95 % precision."""
    chapter = chapters.take("customer-service", *CELLS)
    train, test = full_data("banking77/train.csv"), full_data("banking77/test.csv")
    texts, intents = read(train)
    asked, truth = read(test)
    assert (len(texts), len(asked), len(set(intents))) == (10_003, 3_080, 77)
    common = max(list(truth).count(intent) for intent in set(truth)) / len(truth)
    results = {"always one intent": round(common, 4)}

    words = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2)).fit(texts).transform
    kinds = {
        "words": chapter.word_features().fit(texts).transform,
        "words and pairs of words": words,
        "words and letters": chapter.features().fit(texts).transform,
        "embedding of 150 numbers": chapter.space(texts, make=chapter.word_features),
    }
    for name, place in kinds.items():
        model = fitted(place, texts, intents)
        results[f"{name}, right"] = round(float((model.predict(place(asked)) == truth).mean()), 4)

    found = []
    for seed in range(3):  # which fifth of the training questions the threshold is chosen on
        order = np.random.default_rng(seed).permutation(len(texts))
        choose, learn = np.split(order, [2_000])
        place = chapter.word_features().fit(texts[learn]).transform
        model = fitted(place, texts[learn], intents[learn])
        threshold = lowest(
            *sure_and_right(model, place, texts[choose], intents[choose]), chapter.settle
        )
        sure, right = sure_and_right(model, place, asked, truth)
        found.append([right.mean(), threshold, *chapter.settle(sure, right, threshold)])
    right, threshold, coverage, error = np.mean(found, axis=0)
    spread = np.std(found, axis=0, ddof=1)
    results |= {
        "hand-over, three seeds: right if all are answered": round(float(right), 4),
        "threshold for 95 % right, chosen on 2,000": round(float(threshold), 3),
        "coverage on the test questions": round(float(coverage), 4),
        "its standard deviation": round(float(spread[2]), 4),
        "right among the answered": round(float(1 - error), 4),
    }
    assert max(results[f"{name}, right"] for name in kinds) > BASELINE - 0.02
    assert coverage > 0.5 and 1 - error > PRECISION - 0.02
    study(
        "customer-service",
        results,
        about="BANKING77: intents by counted words, letters and embeddings; coverage at 95 % precision",
        within=0.01,
    )
