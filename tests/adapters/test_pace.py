"""The pace, on a clock that only moves when somebody sleeps."""

from hypothesis import given
from hypothesis import strategies as st

from winback.adapters.pace import Pace


class _Clock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def _pace(per_second: float | None, clock: _Clock) -> Pace:
    return Pace(per_second, clock.monotonic, clock.sleep)


def test_the_first_need_not_wait() -> None:
    clock = _Clock()
    assert _pace(0.1, clock).wait(60)
    assert clock.seconds == 100.0


def test_without_a_rate_nobody_waits() -> None:
    clock = _Clock()
    pace = _pace(None, clock)
    for _ in range(1000):
        pace.wait(60)
    assert clock.seconds == 100.0


@given(rate=st.integers(1, 50), idle=st.lists(st.floats(0, 3), min_size=1, max_size=60))
def test_no_second_ever_sees_more_than_the_rate(rate: int, idle: list[float]) -> None:
    clock = _Clock()
    pace = _pace(rate, clock)
    turns = []
    for seconds in idle:
        clock.seconds += seconds
        pace.wait(60)
        turns.append(clock.seconds)
    for turn in turns:
        assert sum(turn <= other < turn + 1 - 1e-9 for other in turns) <= rate


def test_who_waits_gets_the_whole_rate() -> None:
    clock = _Clock()
    pace = _pace(10, clock)
    for _ in range(101):
        pace.wait(60)
    assert abs(clock.seconds - 110.0) < 1e-6


def test_who_would_wait_too_long_is_told_at_once_and_takes_nobodys_turn() -> None:
    clock = _Clock()
    pace = _pace(0.1, clock)
    assert pace.wait(5)
    assert not pace.wait(5)
    assert not pace.wait(5)
    assert clock.seconds == 100.0
    assert pace.wait(10)
    assert clock.seconds == 110.0
