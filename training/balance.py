"""Weights under which a question's words alone do not tell whether its passage answers it.

Whoever writes near misses asks "how many" more often than the passage can answer; trained on that, a model would
distrust the wording instead of looking at the passage. Overlap weights (Li, Morgan and Zaslavsky 2018) take it back:
each question counts as much as its wording resembles a near miss, each near miss as much as it resembles a question.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict

from training.data import Example

FOLDS = 5
_WORD = re.compile(r"\w+")


def overlap_weights(examples: Sequence[Example]) -> Mapping[str, float]:
    """For each question and near miss how much it counts; the mean of either sort is 1.

    The chance that a text is a question, given its words and pairs of words, is estimated on other passages.
    """
    rows = [
        (text, real, passage)
        for passage, example in enumerate(examples)
        for texts, real in ((tuple(q.text for q in example.questions), True), (example.near_misses, False))
        for text in texts
    ]
    texts = [text.casefold().rstrip(" ?.!") for text, _, _ in rows]
    real = np.array([is_real for _, is_real, _ in rows])
    words = CountVectorizer(
        ngram_range=(1, 2), min_df=3, binary=True, tokenizer=_WORD.findall, token_pattern=None
    ).fit_transform(texts)
    chances = cross_val_predict(
        LogisticRegression(C=0.1, max_iter=500),
        words,
        real,
        groups=[passage for _, _, passage in rows],
        cv=GroupKFold(FOLDS),
        method="predict_proba",
    )[:, 1]
    weights = np.where(real, 1 - chances, chances)
    for sort in (real, ~real):
        weights[sort] /= weights[sort].mean()
    return dict(zip((text for text, _, _ in rows), weights.tolist(), strict=True))
