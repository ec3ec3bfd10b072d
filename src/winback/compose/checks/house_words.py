"""The shop may be called what it is called: its facts, quoted to the letter, are no claim of the draft's own."""

import re

from winback.compose.checks.fault import folded
from winback.domain.brief import House


def own_words(text: str, house: House) -> str:
    """A folded text without the house facts it quotes."""
    for fact in (house.url, house.reply_to, house.postal_address, house.signature, house.name):
        text = without(text, fact)
    return text


def without(text: str, fact: str | None) -> str:
    """A folded text without a fact, where it stands as whole words."""
    if not fact or folded(fact) not in text:
        return text
    return re.sub(rf"(?<!\w){re.escape(folded(fact))}(?!\w)", " ", text)
