"""A letter on its way out, with defaults."""

from typing import Final

from winback.ports import Letter

TO: Final = "jane.roe@example.com"


def a_letter(
    email_id: str = "e-1", to: str = TO, text: str = "Text", sender: str = "Shop <shop@shop.example>"
) -> Letter:
    """Its subject is `Hello from EMAIL_ID`, by which `email_id_of` knows it again."""
    return Letter(email_id, to, sender, f"Hello from {email_id}", text, "<p>Text</p>")


def email_id_of(subject: str) -> str:
    return subject.removeprefix("Hello from ")
