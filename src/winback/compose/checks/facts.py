"""Facts: every number, link and category in a draft must come from the brief or the house facts; no promises."""

import re
from collections.abc import Iterator
from typing import Final

from winback.compose.categories import named_in_text
from winback.compose.checks.fault import GateFault, folded, folded_texts_of
from winback.compose.checks.house_words import own_words, without
from winback.compose.checks.time import SPAN
from winback.domain.brief import Brief, House
from winback.domain.draft import Draft

_LINK: Final = re.compile(r"://|@|\b(?:mailto|tel|javascript|data):|\bwww\.|\w\.[^\W\d_]{2}")
_LINK_END = ".,;:!?)\"'’”"
_DIGIT: Final = re.compile(r"\d")
_NUMBER: Final = re.compile(r"\S*\d\S*")
_COUNT_OF_ORDERS: Final = re.compile(r"\b(\d+) (?:orders?|purchases?|times)\b")
_PROMISE: Final = re.compile(
    r"""\b(?:discount\w*|(?<!feel\ )free\b|complimentary|percent|per\ cent|guarante\w*|warrant(?:y|ies)|offers?\b
    |deals?\b|(?:last|final)\ chance|sales?\b|vouchers?|coupons?|promo\w*|bargains?|rebates?|refund\w*|cashback
    |money\ back|bonus\w*|rewards?\b|prizes?\b|gift\ cards?|gifts?\ (?:from|for\ you)|save\ (?:up|money|big)|cheap\w*
    |no\ charge|half[ -]price|(?:lower|reduced|best|special|great)\ prices?|on\ (?:the\ house|us)\b|limited\ time|hurry
    |act\ now|today\ only|only\ today|ends?\ (?:soon|today|tonight|tomorrow)|expir\w+|while\ stocks?|selling\ fast
    |almost\ gone|don['’]t\ miss|running\ out|risk[ -]free)|%\s*off|\d\s*%""",
    re.VERBOSE,
)
_MONEY: Final = re.compile(r"[$€£¥₹]|\b(?:euros?|dollars?|pounds?|francs?|cents?|eur|usd|gbp|chf)\b")


def links(draft: Draft, brief: Brief) -> Iterator[GateFault]:
    """Every link, domain and address is one of the shop's own, to the letter."""
    allowed = _own_links(brief.house)
    for place, text in folded_texts_of(draft):
        foreign = [link for link in _links(without(text, brief.house.name)) if _bare(link) not in allowed]
        if foreign:
            yield GateFault("facts.link", f"the {place} names {_shown(foreign)}, which is no link of the shop")


def numbers(draft: Draft, brief: Brief) -> Iterator[GateFault]:
    """Every number in digits is the brief's count of orders or part of a house fact; spans of time are judged apart."""
    for place, text in folded_texts_of(draft):
        if not _DIGIT.search(text):
            continue
        own = SPAN.sub(" ", _without_links(own_words(text, brief.house)))
        rest = _COUNT_OF_ORDERS.sub(lambda found: " " if found[1] == str(brief.orders) else found[0], own)
        if foreign := _NUMBER.findall(rest):
            yield GateFault("facts.number", f"the {place} says {_shown(foreign)}, which no fact says")


def promises(draft: Draft, brief: Brief) -> Iterator[GateFault]:
    """No promise and no price: the house facts know of no offer that is on."""
    for place, text in folded_texts_of(draft):
        own = own_words(text, brief.house)
        if found := _PROMISE.search(own):
            yield GateFault("facts.promise", f"the {place} promises “{found[0]}”, and no such offer is on")
        if found := _MONEY.search(own):
            yield GateFault("facts.money", f"the {place} speaks of money (“{found[0]}”), which no fact does")


def categories(draft: Draft, brief: Brief) -> Iterator[GateFault]:
    """No category is named that the brief does not name."""
    named = {name.lower() for name in brief.categories}
    for place, text in folded_texts_of(draft):
        found = {name for name in named_in_text().findall(own_words(text, brief.house)) if name not in named}
        if found:
            yield GateFault("facts.category", f"the {place} names {_shown(sorted(found))}, which the brief does not")


def _links(text: str) -> list[str]:
    return [word for word in text.split() if _LINK.search(word)]


def _without_links(text: str) -> str:
    return " ".join(word for word in text.split() if not _LINK.search(word))


def _own_links(house: House) -> frozenset[str]:
    own = [folded(link) for link in (house.url, house.reply_to) if link]
    hosts = [re.sub(r"^[a-z]+://([^/?#]+).*$", r"\1", link) for link in own if "://" in link]
    return frozenset(_bare(link) for link in (*own, *hosts))


def _bare(link: str) -> str:
    return link.strip("(\"'“‘").rstrip(_LINK_END).rstrip("/")


def _shown(found: list[str]) -> str:
    return ", ".join(f"“{entry[:40]}”" for entry in found[:3])


CHECKS: Final = (links, numbers, promises, categories)
