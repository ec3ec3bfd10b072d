"""The score in words: what each part earns, what it lost, and why, for people who work in the shop."""

import math
from dataclasses import dataclass

from winback.domain.score import FRESH_POINTS, LOYAL_POINTS, VALUE_POINTS, Figures, Score


@dataclass(frozen=True, slots=True)
class Part:
    """`points` of the score, `lost` against a fresh, loyal client; `words` such as "18 for loyalty (5 orders)"."""

    points: float
    lost: float
    words: str


def in_words(score: Score, figures: Figures) -> tuple[Part, ...]:
    """Freshness, loyalty and value. The whole points in the words add up to the whole points of the score."""
    told = (
        (score.fresh, FRESH_POINTS, f"freshness ({_silence(score, figures)})"),
        (score.loyal, LOYAL_POINTS, f"loyalty ({_orders(figures.count)})"),
        (score.worth, VALUE_POINTS, f"value{_without_value(figures)}"),
    )
    shown = _whole_points([points for points, _, _ in told])
    return tuple(
        Part(points, most - points, f"{whole} for {what}")
        for whole, (points, most, what) in zip(shown, told, strict=True)
    )


def _silence(score: Score, figures: Figures) -> str:
    if figures.count == 0:
        return f"no order yet; known {_since(score.silent_days)}"
    if score.silent_days == 0:
        return f"ordered today{_rhythm(score, figures)}"
    return f"{_days(score.silent_days)} silent{_rhythm(score, figures)}"


def _rhythm(score: Score, figures: Figures) -> str:
    """Nothing where the gap is only what clients do in general."""
    if figures.count < 2 or figures.last <= figures.first:
        return ""
    return f"; usually orders every {round(score.gap_days)} days"


def _since(days: int) -> str:
    return f"for {_days(days)}" if days else "since today"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count:,} days"


def _orders(count: int) -> str:
    return {0: "no order yet", 1: "1 order"}.get(count, f"{count:,} orders")


def _without_value(figures: Figures) -> str:
    return " (no order value known)" if figures.count and figures.mean_value <= 0 else ""


def _whole_points(parts: list[float]) -> list[int]:
    """Rounded so that they add up to the sum's whole points: the largest remainders are rounded up."""
    whole = [math.floor(part) for part in parts]
    by_remainder = sorted(range(len(parts)), key=lambda index: whole[index] - parts[index])
    for index in by_remainder[: math.floor(sum(parts)) - sum(whole)]:
        whole[index] += 1
    return whole
