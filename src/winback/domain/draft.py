"""Draft: what a composer proposes. Input, not truth, until the gate finds no fault in it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, repr=False)
class Draft:
    """Plain text throughout: no mark-up, no salutation, no signature block; those are the template's.

    `paragraphs` two to four; `action` the words of the call to action, which leads to the shop's own page.
    """

    subject: str
    preheader: str
    paragraphs: tuple[str, ...]
    action: str
    closing: str = ""
