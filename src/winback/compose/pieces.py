"""Pieces: the hand-written parts of house copy, and when each of them fits. Read from copy/*.toml on first use."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from winback.compose.checks.claims import MANY_ORDERS
from winback.compose.shop_page import shop_page
from winback.compose.span import span_of
from winback.domain.brief import Brief

KINDS: Final = ("subject", "opening", "thanks", "liking", "thought", "invitation", "action", "closing")
_MEDIUM_FROM_DAYS, _LONG_FROM_DAYS = 60, 180


@dataclass(frozen=True, slots=True)
class Facts:
    """A brief as the pieces see it: `time` is unsaid, short, medium or long; `orders` none, one, few or many."""

    mail: int
    time: str
    orders: str
    theme: str
    named: bool
    link: bool
    reply: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """`when` names the facts it needs, each with the values that will do; a fact not named does not matter."""

    kind: str
    text: str
    preheader: str
    when: dict[str, frozenset[Any]]

    def fits(self, facts: Facts) -> bool:
        return all(getattr(facts, name) in values for name, values in self.when.items())


def facts_of(brief: Brief) -> Facts:
    return Facts(
        mail=brief.mail_in_episode,
        time=_time(brief.silent_days),
        orders=_orders(brief.orders or 0),
        theme=brief.theme or "none",
        named=bool(brief.categories),
        link=shop_page(brief.house) is not None,
        reply=bool(brief.house.reply_to),
    )


@cache
def pieces(kind: str) -> tuple[Piece, ...]:
    """All pieces of a kind, in the order of their file; a new one at its end changes as few e-mails as possible."""
    return tuple(_piece(kind, entry) for entry in _table(kind)["piece"])


@cache
def layout(mail: int) -> tuple[tuple[str, ...], ...]:
    """The kinds that make each paragraph of the first or second e-mail of an episode."""
    return tuple(map(tuple, _table("layout")[str(mail)]))


def _piece(kind: str, entry: dict[str, Any]) -> Piece:
    when = {name: _values(value) for name, value in entry.items() if name not in {"text", "preheader"}}
    return Piece(kind, entry["text"], entry.get("preheader", ""), when)


def _values(value: object) -> frozenset[Any]:
    return frozenset(value) if isinstance(value, list) else frozenset({value})


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(files("winback.compose").joinpath(f"copy/{name}.toml").read_text("utf-8"))


def _time(days: int | None) -> str:
    if days is None or span_of(days) is None:
        return "unsaid"
    return "short" if days < _MEDIUM_FROM_DAYS else "medium" if days < _LONG_FROM_DAYS else "long"


def _orders(count: int) -> str:
    return "none" if count < 1 else "one" if count == 1 else "few" if count < MANY_ORDERS else "many"
