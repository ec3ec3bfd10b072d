"""Drafts and briefs for the tests of what a composer proposes."""

from dataclasses import replace
from typing import Any

from winback.domain.brief import Brief, House
from winback.domain.draft import Draft
from winback.domain.user import User

HOUSE = House(
    name="Marlow & Finch",
    signature="Ruth and the team",
    url="https://marlow.example/shop",
    postal_address="12 Mill Lane\nBath BA1 1AA",
    reply_to="hello@marlow.example",
)
AMARA = User("u-1", given_name="Amara")


def a_brief(**changes: Any) -> Brief:
    brief = Brief("e-1", 1, 90, 3, ("dresses", "tops"), "fashion", house=HOUSE)
    return replace(brief, **changes)


def a_draft(**changes: Any) -> Draft:
    draft = Draft(
        subject="A hello from Marlow & Finch",
        preheader="A short note, and an invitation.",
        paragraphs=(
            "It has been about three months since your last order, and it seemed a good moment to say hello.",
            "As far as we know, you like dresses and tops. Have a look around whenever it suits you; take your time.",
        ),
        action="Have a look around",
        closing="With warm regards,",
    )
    return replace(draft, **changes)


def a_draft_saying(sentence: str) -> Draft:
    draft = a_draft()
    return replace(draft, paragraphs=(*draft.paragraphs, sentence))
