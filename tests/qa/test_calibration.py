from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from qa.calibration import reliability, risk_at, risks


@dataclass(frozen=True)
class Asked:
    confidence: float
    answerable: bool
    quoted: bool


ASKED = [Asked(0.95, True, True), Asked(0.91, True, False), Asked(0.55, False, False), Asked(0.12, False, False)]


def test_bins_hold_means_and_shares() -> None:
    bins = reliability(ASKED)
    assert [(one.low, one.questions, one.answerable) for one in bins] == [(0.1, 1, 0.0), (0.5, 1, 0.0), (0.9, 2, 1.0)]
    assert [one.right for one in bins] == [0.0, 0.0, 0.5]
    assert abs(bins[-1].confidence - 0.93) < 1e-9


def test_risk_grows_as_more_is_answered() -> None:
    points = risks(ASKED)
    assert [(point.coverage, point.unanswerable) for point in points] == [(0.25, 0), (0.5, 0), (0.75, 1 / 3), (1, 0.5)]
    assert [point.wrong for point in points] == [0, 0.5, 2 / 3, 0.75]
    assert risk_at(0.99, ASKED).coverage == 0


@given(st.lists(st.builds(Asked, st.floats(0, 1), st.booleans(), st.booleans())))
def test_every_question_is_in_one_bin(asked: list[Asked]) -> None:
    assert sum(one.questions for one in reliability(asked)) == len(asked)
    assert all(a.coverage < b.coverage for a, b in zip(risks(asked), risks(asked)[1:], strict=False))
