"""The SMTP URL: what is read, what is refused, and that a password is never shown."""

import pytest

from winback.adapters.smtp_url import SmtpUrl, smtp_url


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("smtp://localhost", SmtpUrl("localhost", 25)),
        ("smtp://mail.example.com:2525/", SmtpUrl("mail.example.com", 2525)),
        ("smtp://shop:secret@mail.example.com", SmtpUrl("mail.example.com", 587, False, "shop", "secret")),
        ("smtps://shop:secret@Mail.Example.com", SmtpUrl("mail.example.com", 465, True, "shop", "secret")),
        ("smtp://a%40b.example:p%2Fw%3Ad%25@h:587", SmtpUrl("h", 587, False, "a@b.example", "p/w:d%")),
        ("smtp://a@b.example:pw@h", SmtpUrl("h", 587, False, "a@b.example", "pw")),
        ("smtp://[::1]:1025?rate=2.5", SmtpUrl("::1", 1025, rate_per_second=2.5)),
        ("  smtp://localhost:1025\n", SmtpUrl("localhost", 1025)),
    ],
)
def test_a_url_is_read(text: str, expected: SmtpUrl) -> None:
    assert smtp_url(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mail.example.com:587",
        "https://shop:hunter2@mail.example.com",
        "smtp://",
        "smtp://shop:hunter2@",
        "smtp://shop:hunter2@mail.example.com:0",
        "smtp://shop:hunter2@mail.example.com:99999",
        "smtp://shop:hunter2@mail.example.com:port",
        "smtp://shop:hunter2/x@mail.example.com",
        "smtp://shop:25/hunter2@mail.example.com",
        "smtp://shop:25?hunter2@mail.example.com",
        "smtp://shop:25?hunter2=1@mail.example.com",
        "smtp://shop:25#hunter2@mail.example.com",
        "smtp://shop:hunter2%ff@mail.example.com",
        "smtp://shop:hunter2%0d%0aRSET@mail.example.com",
        "smtp://shop:hunter2ö@mail.example.com",
        "smtp://:hunter2@mail.example.com",
        "smtp://hunter2@mail.example.com",
        "smtp://shop:hunter2@[::1",
        "smtp://shop:hunter2@ma\u2100il.example.com",
        "smtp://shop:hunter2@mail.example.com?rate=0",
        "smtp://shop:hunter2@mail.example.com?rate=nan",
        "smtp://shop:hunter2@mail.example.com?rate=-1",
        "smtp://shop:hunter2@mail.example.com?rate=fast",
        "smtp://shop:hunter2@mail.example.com?rate=1&rate=2",
        "smtp://shop:hunter2@mail.example.com?speed=1",
    ],
)
def test_a_bad_url_is_refused_in_words_that_do_not_quote_it(text: str) -> None:
    with pytest.raises(ValueError, match=r"smtp://|must|may") as error:
        smtp_url(text)
    assert "hunter2" not in str(error.value)
    assert error.value.__cause__ is None
    assert error.value.__suppress_context__


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("mail.localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("[::1]", True),
        ("mail.example.com", False),
        ("notlocalhost", False),
        ("localhost.example.com", False),
        ("10.0.0.1", False),
        ("0.0.0.0", False),
    ],
)
def test_only_this_machine_is_loopback(host: str, loopback: bool) -> None:
    assert smtp_url(f"smtp://{host}").loopback is loopback


def test_what_is_shown_has_neither_user_nor_password() -> None:
    url = smtp_url("smtps://shop-user:hunter2@mail.example.com")
    for shown in (repr(url), str(url), url.place):
        assert "hunter2" not in shown
        assert "shop-user" not in shown
    assert url.place == "mail.example.com:465"


def test_an_ipv6_host_is_shown_in_brackets() -> None:
    assert smtp_url("smtp://[::1]:1025").place == "[::1]:1025"
