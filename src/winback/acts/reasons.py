"""The reasons people give: one short line. They are shown to operators, and stand in no log and no decision."""

from typing import Final

from winback.domain.errors import Refused

LONGEST: Final = 200


def a_reason(text: str) -> str:
    """The text. Raises Refused if it is too long or more than one line."""
    if len(text) > LONGEST or not text.isprintable():
        raise Refused(f"the reason must be one line of at most {LONGEST} characters")
    return text
