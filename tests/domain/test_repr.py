"""A record in a traceback or a log line tells which one it is, and nothing of a person."""

import pytest

from builders import a_body, a_change, a_draft, a_user, an_email
from winback.domain.switch import Sender
from winback.ports import Composed

ADDRESS = "ada@example.com"
WORDS = "It has been a while, Ada"
DRAFT = a_draft(subject=WORDS, paragraphs=(WORDS, WORDS))
RECORDS = [
    a_user(email=ADDRESS, name=WORDS),
    a_user(user_id=ADDRESS),
    an_email(subject=WORDS, text=WORDS),
    a_body(html=WORDS, draft=DRAFT),
    DRAFT,
    Composed(DRAFT, "house copy"),
    a_change(key=ADDRESS, user_id=ADDRESS),
    Sender(only_to=(ADDRESS,)),
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_a_repr_holds_neither_an_address_nor_what_an_email_says(record: object) -> None:
    assert type(record).__name__ in repr(record)
    assert ADDRESS not in repr(record)
    assert WORDS not in repr(record)
