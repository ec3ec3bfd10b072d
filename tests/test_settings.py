import traceback
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path

import pytest

from winback.domain.brief import House
from winback.domain.switch import Sender, SenderKind
from winback.settings import READERS, Settings, Stage

SMTP = {
    "WINBACK_SENDER": "smtp",
    "WINBACK_SMTP_URL": "smtp://anna:hunter2@mail.shop.example:587",
    "WINBACK_FROM": "Shop <hello@shop.example>",
}


def test_every_field_has_a_name_in_the_environment() -> None:
    assert [attribute for attribute, _ in READERS.values()] == [field.name for field in fields(Settings)]


def test_an_empty_environment_gives_the_folder_on_this_machine_alone() -> None:
    settings = Settings.from_env({"HOME": "/root", "PATH": "/bin"})
    assert (settings.host, settings.port, settings.data_dir) == ("127.0.0.1", 8000, Path("data"))
    assert settings.sender() == Sender()
    assert settings.house() == House()


def test_an_empty_value_is_as_good_as_none() -> None:
    assert Settings.from_env(dict.fromkeys(READERS, " ")) == Settings()


def test_no_secret_has_a_default() -> None:
    hidden = {field.name: field.default for field in fields(Settings) if not field.repr}
    assert hidden == {"smtp_url": None, "only_to": (), "openrouter_api_key": None}


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        ("WINBACK_DATA_DIR", "/srv/winback", "data_dir", Path("/srv/winback")),
        ("PORT", "9000", "port", 9000),
        ("WINBACK_STAGE", "PROD", "stage", Stage.PROD),
        ("WINBACK_SEND_RATE", "0.5", "send_rate", 0.5),
        ("WINBACK_CLOCK_AHEAD", "80d", "clock_ahead", timedelta(days=80)),
        ("WINBACK_CLOCK_AHEAD", "12h", "clock_ahead", timedelta(hours=12)),
        ("WINBACK_CLOCK_AHEAD", "30m", "clock_ahead", timedelta(minutes=30)),
        ("WINBACK_ONLY_TO", "Anna@Shop.example, shop.example,", "only_to", ("anna@shop.example", "shop.example")),
        ("WINBACK_PUBLIC_URL", "https://mail.shop.example/", "public_url", "https://mail.shop.example"),
        ("WINBACK_PUBLIC_URL", "http://127.0.0.1:8000", "public_url", "http://127.0.0.1:8000"),
        ("WINBACK_FROM", "Atelier Zoë <hello@shop.example>", "from_address", "Atelier Zoë <hello@shop.example>"),
        ("OPENROUTER_API_KEY", "sk-or-1", "openrouter_api_key", "sk-or-1"),
    ],
)
def test_a_good_value_is_read(name: str, text: str, field: str, value: object) -> None:
    assert getattr(Settings.from_env({name: text}), field) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "http"),
        ("PORT", "²"),
        ("WINBACK_HOST", "http://localhost"),
        ("WINBACK_RUNTIME", "docker"),
        ("WINBACK_STAGE", "test"),
        ("WINBACK_SENDER", "mailgun"),
        ("WINBACK_SENDER", "ses"),
        ("WINBACK_SENDER", "smtp"),
        ("WINBACK_COMPOSER", "model"),
        ("WINBACK_LOG_LEVEL", "loud"),
        ("WINBACK_SEND_WINDOW", "65"),
        ("WINBACK_SEND_RATE", "0"),
        ("WINBACK_SEND_RATE", "nan"),
        ("WINBACK_SEND_RATE", "fast"),
        ("WINBACK_CLOCK_AHEAD", "80"),
        ("WINBACK_CLOCK_AHEAD", "-1d"),
        ("WINBACK_CLOCK_AHEAD", "99999d"),
        ("WINBACK_SMTP_URL", "mail.shop.example:25"),
        ("WINBACK_SMTP_URL", "smtp://"),
        ("WINBACK_SMTP_URL", "smtp://mail.shop.example:port"),
        ("WINBACK_SMTP_URL", "smtp://mail.shop.example:99999"),
        ("WINBACK_SMTP_URL", "https://mail.shop.example"),
        ("WINBACK_FROM", "hello"),
        ("WINBACK_FROM", "Shop\nBcc: all@shop.example <hello@shop.example>"),
        ("WINBACK_REPLY_TO", "@shop.example"),
        ("WINBACK_ONLY_TO", "anna at shop.example"),
        ("WINBACK_ONLY_TO", "@shop.example"),
        ("WINBACK_POSTAL_ADDRESS", "1 High Street\nTown"),
        ("WINBACK_PUBLIC_URL", "shop.example"),
        ("WINBACK_PUBLIC_URL", "http://shop.example"),
        ("WINBACK_PUBLIC_URL", "https://anna:pw@shop.example"),
        ("WINBACK_SHOP_URL", "javascript://shop.example/%0aalert(1)"),
    ],
)
def test_a_bad_value_stops_the_start_with_one_line_that_says_what_is_allowed(name: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"^(WINBACK_\w+|PORT): [^\n]+; allowed: [^\n]+$"):
        Settings.from_env({name: text})


@pytest.mark.parametrize(
    "env",
    [
        {"WINBACK_SMTP_URL": "smtp://anna:hunter2@mail.shop.example:hunter2"},
        {"WINBACK_SMTP_URL": "anna:hunter2@mail.shop.example"},
        {"WINBACK_SMTP_URL": "smtp://[hunter2"},
        {"WINBACK_ONLY_TO": "hunter2 @shop.example"},
        {**SMTP, "WINBACK_CLOCK_AHEAD": "1d"},
    ],
)
def test_no_error_repeats_a_secret_or_an_address(env: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="allowed") as caught:
        Settings.from_env(env)
    assert "hunter2" not in "".join(traceback.format_exception(caught.value, limit=0))


def test_repr_holds_no_secret() -> None:
    shown = repr(Settings.from_env({**SMTP, "OPENROUTER_API_KEY": "sk-or-1", "WINBACK_ONLY_TO": "anna@shop.example"}))
    assert "send_window=8" in shown
    assert not [secret for secret in ("hunter2", "sk-or-1", "anna") if secret in shown]


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("WINBACK_SENDR", "WINBACK_SENDER"),
        ("WINBACK_DATADIR", "WINBACK_DATA_DIR"),
        ("WINBACK_PORT", "PORT"),
        ("WINBACK_USERS_TABLE_NAME", "USERS_TABLE_NAME"),
    ],
)
def test_a_misspelt_setting_is_an_error_that_names_the_near_one(name: str, near: str) -> None:
    with pytest.raises(ValueError, match=rf"^{name}: is no setting; did you mean {near}\?$"):
        Settings.from_env({name: "1"})


def test_a_winback_name_like_no_other_is_an_error_too() -> None:
    with pytest.raises(ValueError, match=r"^WINBACK_XYZZY: is no setting; allowed: the names in docs/settings.md$"):
        Settings.from_env({"WINBACK_XYZZY": "1"})


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("smtp://127.0.0.1:2525", True),
        ("smtp://127.9.9.9:2525", True),
        ("smtp://[::1]:2525", True),
        ("smtp://localhost", True),
        ("smtp://mail.shop.example", False),
        ("smtp://localhost.shop.example", False),
        ("smtp://127.0.0.1.shop.example", False),
        ("smtp://127.0.0.1:pw@mail.shop.example", False),
        ("smtp://10.0.0.1", False),
    ],
)
def test_only_a_relay_on_this_machine_is_on_loopback(url: str, loopback: bool) -> None:
    sender = Settings.from_env({**SMTP, "WINBACK_SMTP_URL": url}).sender()
    assert (sender.kind, sender.loopback) == (SenderKind.SMTP, loopback)


def test_the_folder_is_never_a_relay_on_loopback() -> None:
    assert not Settings.from_env({"WINBACK_SMTP_URL": "smtp://localhost"}).sender().loopback


def test_a_relay_on_another_machine_needs_a_from_address() -> None:
    with pytest.raises(ValueError, match=r"^WINBACK_FROM: is missing"):
        Settings.from_env({**SMTP, "WINBACK_FROM": ""})


def test_ses_goes_with_aws_and_needs_a_from_address() -> None:
    ses = {"WINBACK_RUNTIME": "aws", "WINBACK_SENDER": "ses", "WINBACK_FROM": "Shop <hello@shop.example>"}
    assert Settings.from_env(ses).sender().kind is SenderKind.SES
    with pytest.raises(ValueError, match=r"^WINBACK_FROM: is missing"):
        Settings.from_env({**ses, "WINBACK_FROM": ""})
    with pytest.raises(ValueError, match=r"^WINBACK_SENDER: ses does not go with .*; allowed: folder, smtp$"):
        Settings.from_env({**ses, "WINBACK_RUNTIME": "local"})


def test_smtp_does_not_go_with_aws() -> None:
    with pytest.raises(ValueError, match=r"^WINBACK_SENDER: smtp does not go with .*; allowed: folder, ses$"):
        Settings.from_env({**SMTP, "WINBACK_RUNTIME": "aws"})


def test_the_clock_is_set_ahead_only_before_the_folder_and_outside_prod() -> None:
    ahead = {"WINBACK_CLOCK_AHEAD": "80d"}
    assert Settings.from_env(ahead).clock_ahead == timedelta(days=80)
    with pytest.raises(ValueError, match=r"^WINBACK_CLOCK_AHEAD: .*WINBACK_SENDER=folder$"):
        Settings.from_env({**SMTP, **ahead})
    with pytest.raises(ValueError, match=r"^WINBACK_CLOCK_AHEAD: .*WINBACK_STAGE=dev$"):
        Settings.from_env({"WINBACK_STAGE": "prod", **ahead})


def test_settings_changed_later_are_checked_again() -> None:
    with pytest.raises(ValueError, match=r"^WINBACK_CLOCK_AHEAD"):
        replace(Settings.from_env(SMTP), clock_ahead=timedelta(days=1))


def test_the_house_signs_with_the_shops_name() -> None:
    house = Settings.from_env(
        {
            "WINBACK_SHOP_NAME": "Atelier Zoë",
            "WINBACK_SHOP_URL": "https://shop.example/",
            "WINBACK_POSTAL_ADDRESS": "1 High Street, Town",
            "WINBACK_REPLY_TO": "hello@shop.example",
        }
    ).house()
    assert house == House(
        name="Atelier Zoë",
        signature="The team at Atelier Zoë",
        url="https://shop.example",
        postal_address="1 High Street, Town",
        reply_to="hello@shop.example",
    )
