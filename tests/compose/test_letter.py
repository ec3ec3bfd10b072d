from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, a_body, an_email
from winback.compose.letter import letter_of, mime
from winback.domain.errors import Rejected
from winback.domain.switch import Sender
from winback.ports import Letter

LETTER = Letter(
    email_id="e-0123456789abcdef",
    to="ada@example.com",
    sender="Marlow & Finch <shop@marlow.example>",
    subject="A hello from Marlow & Finch",
    text="Hello Zoë,\n\nthat is all.\n",
    html="<p>Hello Zoë, that is all.</p>\n",
    reply_to="help@marlow.example",
)


def parsed(letter: Letter, now: datetime = NOW) -> EmailMessage:
    message = message_from_bytes(mime(letter, now), policy=SMTP)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def part(letter: Letter, kind: str) -> str:
    body = parsed(letter).get_body((kind,))
    assert isinstance(body, EmailMessage)
    return str(body.get_content()).replace("\r\n", "\n")


def test_every_header_is_there_once() -> None:
    message = parsed(LETTER, datetime(2026, 6, 10, 12, 30, 15, tzinfo=UTC))
    assert {name: str(value) for name, value in message.items() if not name.startswith("Content")} == {
        "From": "Marlow & Finch <shop@marlow.example>",
        "To": "ada@example.com",
        "Reply-To": "help@marlow.example",
        "Subject": "A hello from Marlow & Finch",
        "Date": "Wed, 10 Jun 2026 12:30:15 +0000",
        "Message-ID": "<e-0123456789abcdef@marlow.example>",
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
    }
    assert len(message.keys()) == len(set(message.keys()))


def test_it_has_a_plain_part_before_an_html_part_both_utf8() -> None:
    message = parsed(LETTER)
    assert message.get_content_type() == "multipart/alternative"
    kinds = [(each.get_content_type(), each.get_content_charset()) for each in message.iter_parts()]
    assert kinds == [("text/plain", "utf-8"), ("text/html", "utf-8")]
    assert (part(LETTER, "plain"), part(LETTER, "html")) == (LETTER.text, LETTER.html)


def test_the_bytes_are_fit_for_any_server() -> None:
    raw = mime(replace(LETTER, text="ü" * 3000, html="<p>" + "x" * 3000 + "</p>", subject="ü" * 78), NOW)
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_without_reply_to_there_is_no_such_header() -> None:
    assert "Reply-To" not in parsed(replace(LETTER, reply_to=None))


@pytest.mark.parametrize(
    "subject", ["Zoë, a hello", "你好", "= ?utf-8?=", "a" * 78, "ü" * 78, "A: b; c, d <e@f.example>"]
)
def test_a_subject_arrives_as_it_was_written(subject: str) -> None:
    assert str(parsed(replace(LETTER, subject=subject))["Subject"]) == subject


@given(
    st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=78).filter(
        lambda text: "=?" not in text
    )
)
def test_no_subject_ever_makes_another_header(subject: str) -> None:
    message = parsed(replace(LETTER, subject=subject))
    assert len(message.keys()) == 9
    assert "".join(str(message["Subject"]).split()) == "".join(subject.split())


@pytest.mark.parametrize(
    "mark", ["\r\n", "\n", "\r", "\x00", "\x0b", "\x1b", "\x7f", "\x85", "\u2028", "\ud800", "=?utf-8?q?=0A?="]
)
@pytest.mark.parametrize("field", ["subject", "to", "sender", "reply_to", "email_id"])
def test_a_control_character_or_encoded_word_in_a_header_is_refused(field: str, mark: str) -> None:
    whole = str(getattr(LETTER, field))
    with pytest.raises(Rejected):
        mime(replace(LETTER, **{field: f"{whole[:3]}{mark}Bcc: victim@example.com{whole[3:]}"}), NOW)


@pytest.mark.parametrize("mark", ["\x00", "\x08", "\x1b", "\ud800"])
@pytest.mark.parametrize("field", ["text", "html"])
def test_a_control_character_in_a_part_is_refused(field: str, mark: str) -> None:
    with pytest.raises(Rejected):
        mime(replace(LETTER, **{field: f"Hello {mark}"}), NOW)


@pytest.mark.parametrize(
    "to",
    [
        "", "nobody", "@example.com", "ada@", "ada@example.com, eve@example.com", "ada@example.com;eve@example.com",
        "Ada <ada@example.com>, Eve <eve@example.com>", "undisclosed: eve@example.com;", "ada@@example.com",
        "ada eve@example.com", "ada@exa mple.com", "<>", "zoë@example.com", "ada@" + "x" * 70 + ".example",
    ],
)  # fmt: skip
def test_whatever_is_not_exactly_one_address_is_refused(to: str) -> None:
    with pytest.raises(Rejected):
        mime(replace(LETTER, to=to), NOW)


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("ada+shop@example.com", "ada+shop@example.com"),
        ("o'neil@example.com", "o'neil@example.com"),
        ("!#$%&'*/=?^_`{|}~-@example.com", "!#$%&'*/=?^_`{|}~-@example.com"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("a" * 64 + "@example.com", "a" * 64 + "@example.com"),
    ],
)
def test_odd_but_valid_addresses_arrive(to: str, expected: str) -> None:
    (address,) = parsed(replace(LETTER, to=to))["To"].addresses
    assert address.addr_spec == expected


@pytest.mark.parametrize("name", ["Zoës Laden", "Marlow, Finch & Co.", 'The "Shop"', "店"])
def test_the_senders_name_arrives_as_it_was_written(name: str) -> None:
    quoted = name.replace('"', '\\"')
    (address,) = parsed(replace(LETTER, sender=f'"{quoted}" <shop@marlow.example>'))["From"].addresses
    assert (address.display_name, address.addr_spec) == (name, "shop@marlow.example")


def test_a_long_domain_does_not_break_the_message_id() -> None:
    domain = ".".join(["x" * 50] * 3) + ".example"
    raw = mime(replace(LETTER, sender=f"shop@{domain}"), NOW)
    assert f"<{LETTER.email_id}@{domain}>".encode() in raw


def test_a_letter_is_made_of_the_email_its_body_and_the_sender() -> None:
    email, body = an_email(), a_body()
    letter = letter_of(email, body, "ada@example.com", Sender(from_address="S <s@s.example>", reply_to="r@s.example"))
    assert letter == Letter(
        email.email_id, "ada@example.com", "S <s@s.example>", email.subject, email.text, body.html, "r@s.example"
    )


def test_a_refusal_names_the_email_and_no_address() -> None:
    with pytest.raises(Rejected) as refused:
        mime(replace(LETTER, to="ada@example.com, eve@example.com"), NOW)
    assert str(refused.value) == "email 'e-0123456789abcdef': To is not exactly one e-mail address"
