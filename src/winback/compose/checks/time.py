"""Time: a span said in a draft must be the one the brief's rounded days are told as."""

import re
from collections.abc import Iterator
from typing import Final

from winback.compose.checks.fault import GateFault, folded_texts_of
from winback.compose.checks.house_words import own_words
from winback.compose.span import AMOUNTS, Span, in_words, span_of
from winback.domain.brief import Brief
from winback.domain.draft import Draft

_VAGUE = r"a\ couple\ of|a\ few|several|some|many|half\ an?"
SPAN: Final = re.compile(
    rf"""\b(?P<over>(?:more\ than|over|at\ least)\ )?(?P<amount>\d+|{"|".join(AMOUNTS)}|an?|{_VAGUE})
    (?P<half>\ and\ a\ half)?[ -](?P<unit>day|week|fortnight|month|year|decade)s?(?P<half_after>\ and\ a\ half)?\b""",
    re.VERBOSE,
)
_RELATIVE: Final = re.compile(
    r"\b(?:last|this time last|next) (?:week|month|year|spring|summer|autumn|fall|winter|season)\b|\byesterday\b"
)


def spans(draft: Draft, brief: Brief) -> Iterator[GateFault]:
    """ "About three months" holds as long as the days of the brief are told as three months, and no day longer."""
    allowed = _tellings(brief.silent_days)
    for place, text in folded_texts_of(draft):
        own = own_words(text, brief.house)
        for found in SPAN.finditer(own):
            if not _is_idiom(found) and _span(found) not in allowed:
                yield GateFault("facts.time", f"the {place} says “{found[0]}”, {_instead(brief.silent_days)}")
        if relative := _RELATIVE.search(own):
            yield GateFault("facts.time", f"the {place} says “{relative[0]}”, which no fact says")


def _tellings(days: int | None) -> frozenset[Span]:
    """Every span that says the same: 90 days are three months as well."""
    span = span_of(days)
    if days is None or span is None:
        return frozenset() if days is None else frozenset({Span(2 * days, "day")})
    exact = () if span.more_than else (Span(2 * days, "day"),)
    return frozenset({span, *exact})


def _is_idiom(found: re.Match[str]) -> bool:
    """ "One day", "a day", "some days" are ways of speaking."""
    return found["unit"] == "day" and found["amount"] in {"a", "one", "some", "many"}


def _span(found: re.Match[str]) -> Span | None:
    """The span that was said; None for one that cannot be checked ("a few weeks")."""
    amount = found["amount"]
    if amount in {"a", "an"}:
        whole = 1
    elif amount in AMOUNTS:
        whole = AMOUNTS.index(amount)
    elif amount.isdecimal():
        whole = int(amount)
    else:
        return None
    half = 1 if found["half"] or found["half_after"] else 0
    return Span(2 * whole + half, found["unit"], more_than=bool(found["over"]))


def _instead(days: int | None) -> str:
    span = span_of(days)
    return "and nothing may be said of the time" if span is None else f"where only “{in_words(span)}” is true"


CHECKS: Final = (spans,)
