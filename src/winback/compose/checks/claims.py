"""Claims: what a draft says of the client's past must be known from the brief."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from winback.compose.checks.fault import GateFault, folded_texts_of
from winback.compose.checks.house_words import own_words
from winback.compose.shop_page import shop_page
from winback.compose.span import span_of
from winback.domain.brief import Brief
from winback.domain.draft import Draft

MANY_ORDERS: Final = 10


@dataclass(frozen=True, slots=True)
class Claim:
    """Words that say something of the client, and when it is so."""

    code: str
    words: re.Pattern[str]
    holds: Callable[[Brief], bool]
    otherwise: str


def _words(pattern: str) -> re.Pattern[str]:
    """For folded texts, so in lower case."""
    return re.compile(rf"\b(?:{pattern})\b")


def _orders(brief: Brief) -> int:
    """How many at least; a known silence needs an order that began it."""
    return max(brief.orders or 0, 0 if brief.silent_days is None else 1)


CLAIMS: Final = (
    Claim(
        "facts.time",
        _words(
            r"(?:quite |such )?a (?:good |long |little )?while|(?:a |so |very )long time|too long|for ages|some time"
        ),
        lambda brief: span_of(brief.silent_days) is not None,
        "and nothing may be said of the time",
    ),
    Claim(
        "facts.orders",
        _words(
            r"(?:your|the|that) (?:last|latest|first|previous|recent|earlier|one|only) (?:order|purchase)|your orders?"
            r"|you(?:['’]ve| have)? (?:\w+ )?(?:ordered|bought|purchased)|you chose|welcome(?: \w+)? back|come back"
        ),
        lambda brief: _orders(brief) >= 1,
        "and no order is known",
    ),
    Claim(
        "facts.orders",
        _words(
            r"(?:ordered|bought|shopped) (?:(?!more than)\w+ ){0,4}(?<!than )once(?! more)"
            r"|second visit|giving us a try|only order"
        ),
        lambda brief: _orders(brief) == 1,
        "and it is not one order",
    ),
    Claim(
        "facts.orders",
        _words(
            r"(?<!said )more than once|a few times|several times|again and again|since your first order|come back to us"
        ),
        lambda brief: _orders(brief) > 1,
        "and not more than one order is known",
    ),
    Claim(
        "facts.orders",
        _words(r"many (?:times|orders)|often enough|regulars?|loyal\w*|countless|long-?standing"),
        lambda brief: _orders(brief) >= MANY_ORDERS,
        f"and fewer than {MANY_ORDERS} orders are known",
    ),
    Claim(
        "facts.episode",
        _words(
            r"(?:wrote|written) to you|our (?:second|last|previous) (?:note|e-?mail|message)"
            r"|second,? (?:\w+ )?note|once more"
        ),
        lambda brief: brief.mail_in_episode == 2,
        "and this is the first e-mail",
    ),
    Claim(
        "facts.reply",
        _words(
            r"(?:reply|replying|answer|respond) to this|repl(?:y|ies) (?:to us|and)|write back|hit reply|just reply"
        ),
        lambda brief: bool(brief.house.reply_to),
        "and the shop names no address for answers",
    ),
    Claim(
        "facts.link",
        _words(r"(?:link|button) (?:below|above)|(?:click|tap|follow) (?:\w+ )?(?:link|button|here|below)"),
        lambda brief: shop_page(brief.house) is not None,
        "and the shop names no page of its own",
    ),
)


def claims(draft: Draft, brief: Brief) -> Iterator[GateFault]:
    for place, text in folded_texts_of(draft):
        own = own_words(text, brief.house)
        for claim in CLAIMS:
            found = claim.words.search(own)
            if found and not claim.holds(brief):
                yield GateFault(claim.code, f"the {place} says “{found[0]}”, {claim.otherwise}")


CHECKS: Final = (claims,)
