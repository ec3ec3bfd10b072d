"""A fault in an arrow or in a turn is told by its arrow and its place, never by a library's words."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NoReturn

import pytest

from builders import NOW, a_policy, a_user, an_event
from command_line import until
from winback.adapters.memory import FixedClock
from winback.bootstrap import Local, local
from winback.compose.house_copy import HouseCopy
from winback.domain.brief import Brief
from winback.domain.errors import Retryable
from winback.domain.event import Event
from winback.domain.instant import instant
from winback.ports import Add, Put, World
from winback.runtime.fault import Fault, words_of
from winback.runtime.local import PUT_BACK_FOR, LocalRunner
from winback.runtime.log import LogFolder, StepLine
from winback.runtime.runner import run
from winback.settings import Settings

SECRET = "ada@example.com said no"


def raised(error: Exception) -> Exception:
    """As it looks where it is caught."""
    try:
        raise error
    except Exception as caught:
        return caught


def met_in_our_code() -> Exception:
    try:
        instant(SECRET)
    except ValueError as error:
        return error
    raise AssertionError("no instant was read")


def test_an_error_of_winback_is_told_by_its_words_in_one_line() -> None:
    assert words_of(raised(Retryable("the store cannot be read now:\n disk I/O error"))) == (
        "the store cannot be read now: disk I/O error"
    )


def test_any_other_error_is_told_by_its_type_and_its_place_in_our_code() -> None:
    words = words_of(met_in_our_code())
    assert words.startswith("ValueError in instant.py:")
    assert "ada" not in words


def test_an_error_that_never_met_our_code_is_told_by_where_it_was_raised() -> None:
    assert words_of(raised(KeyError(SECRET))).startswith("KeyError in test_fault.py:")
    assert words_of(KeyError(SECRET)) == "KeyError in an unknown place"


def stumble(world: World, event: Event, now: datetime) -> NoReturn:
    raise KeyError(SECRET)


def test_a_fault_in_an_arrow_bears_its_name(world: World) -> None:
    lines: list[StepLine] = []
    with pytest.raises(Fault, match=r"^stumble: KeyError in runner\.py:\d+$"):
        run(world, an_event(), (stumble,), NOW, lines.append)
    (line,) = lines
    assert (line.step, line.result) == ("stumble", "failed")
    assert line.why.startswith("KeyError in ")


class BrokenComposer(HouseCopy):
    def compose(self, brief: Brief) -> NoReturn:
        raise KeyError(SECRET)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Local]:
    with closing(local(Settings(data_dir=tmp_path / "data"))) as opened:
        yield opened


@pytest.fixture
def world(opened: Local) -> World:
    return opened.world


def no_token() -> NoReturn:
    raise KeyError(SECRET)


BROKEN: Final[dict[str, dict[str, Any]]] = {
    "write": {"composer": BrokenComposer()},
    "deliver": {"token": no_token},
}


class Shop:
    """A runner over a world with something broken, turned by hand; `lines` are what it told."""

    def __init__(self, opened: Local, **broken: Any) -> None:
        self.clock = FixedClock(NOW)
        self.lines: list[StepLine] = []
        self.topic = opened.topic
        self.log = LogFolder(opened.folder / "logs")
        world = replace(opened.world, clock=self.clock, **broken)
        self.runner = LocalRunner(replace(opened, world=world), self.log, self.lines.append)
        opened.store.commit(Add(a_policy()), Put(a_user()))

    def until_given_up(self) -> str:
        """The reason of the dead letter, after as many tries as a message has."""
        until(self._given_up)
        return self.topic.dead_letters()[0].reason

    def _given_up(self) -> bool:
        self.runner.turn()
        self.clock.advance(PUT_BACK_FOR)
        return bool(self.topic.dead_letters())


@pytest.fixture
def shop(opened: Local, request: pytest.FixtureRequest) -> Iterator[Shop]:
    shop = Shop(opened, **BROKEN[request.param])
    yield shop
    shop.runner.stop()
    shop.log.close()


@pytest.mark.parametrize(("shop", "arrow"), [(name, name) for name in BROKEN], indirect=["shop"])
def test_a_fault_is_logged_and_given_up_under_its_own_arrow(shop: Shop, arrow: str) -> None:
    reason = shop.until_given_up()
    failed = [line for line in shop.lines if line.result == "failed"]
    assert {line.step for line in failed} == {arrow}
    assert reason.startswith(f"{arrow}: KeyError in ")
    assert "ada" not in reason + str([line.why for line in failed])
