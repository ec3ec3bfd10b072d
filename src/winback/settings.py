"""Settings: everything the environment says, read once at the start, checked, and handed down."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Self

from winback import setting_values as values
from winback.adapters.smtp_url import smtp_url
from winback.domain.brief import House
from winback.domain.switch import Sender, SenderKind


class Runtime(StrEnum):
    LOCAL = "local"
    AWS = "aws"


class Stage(StrEnum):
    DEV = "dev"
    PROD = "prod"


class Composing(StrEnum):
    HOUSE = "house"


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Settings:
    """One field for each row of docs/settings.md. Settings that do not go together raise ValueError."""

    data_dir: Path = Path("data")
    runtime: Runtime = Runtime.LOCAL
    stage: Stage = Stage.DEV
    host: str = "127.0.0.1"
    port: int = 8000
    log_level: LogLevel = LogLevel.INFO
    clock_ahead: timedelta = timedelta()
    sender_kind: SenderKind = SenderKind.FOLDER
    smtp_url: str | None = field(default=None, repr=False)
    send_window: int = 8
    send_rate: float | None = None
    only_to: tuple[str, ...] = field(default=(), repr=False)
    from_address: str | None = None
    reply_to: str | None = None
    postal_address: str | None = None
    public_url: str | None = None
    shop_name: str | None = None
    shop_url: str | None = None
    composer: Composing = Composing.HOUSE
    openrouter_api_key: str | None = field(default=None, repr=False)
    users_table_name: str | None = None
    emails_table_name: str | None = None
    ledger_table_name: str | None = None
    sns_topic_arn: str | None = None
    email_queue_url: str | None = None
    email_dead_letter_queue_url: str | None = None
    outbox_bucket: str | None = None
    unrelayed_bucket: str | None = None
    mailbox_key_secret: str | None = None
    openrouter_api_key_secret: str | None = None
    ses_configuration_set: str | None = None

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """The settings of an environment; an empty value is as good as none.

        Raises ValueError with one line that names the setting, the fault and what is allowed, and holds no secret.
        """
        _refuse_unknown(env)
        given: dict[str, Any] = {}
        for name, (attribute, read) in READERS.items():
            if text := env.get(name, "").strip():
                given[attribute] = _read(name, text, read)
        return cls(**given)

    def __post_init__(self) -> None:
        self._check_runtime()
        self._check_smtp()
        self._check_ses()
        self._check_clock()

    def sender(self) -> Sender:
        """Who hands e-mails over, as the rules of who may be mailed see it."""
        plain = Sender()
        return Sender(
            kind=self.sender_kind,
            loopback=self._relay_is_on_loopback,
            only_to=self.only_to,
            from_address=self.from_address or plain.from_address,
            reply_to=self.reply_to,
            public_url=self.public_url,
        )

    def house(self) -> House:
        """What e-mails may say of the shop."""
        name = self.shop_name or House().name
        return House(
            name=name,
            signature=f"The team at {name}",
            url=self.shop_url,
            postal_address=self.postal_address,
            reply_to=self.reply_to,
        )

    @property
    def _relay_is_on_loopback(self) -> bool:
        if self.sender_kind is not SenderKind.SMTP or self.smtp_url is None:
            return False
        return smtp_url(self.smtp_url).loopback

    def _check_runtime(self) -> None:
        senders = _SENDERS_OF[self.runtime]
        if self.sender_kind not in senders:
            fault = f"{self.sender_kind} does not go with WINBACK_RUNTIME={self.runtime}"
            raise ValueError(f"WINBACK_SENDER: {fault}; allowed: {', '.join(senders)}")

    def _check_smtp(self) -> None:
        if self.sender_kind is not SenderKind.SMTP:
            return
        if self.smtp_url is None:
            raise ValueError("WINBACK_SMTP_URL: is missing, WINBACK_SENDER=smtp needs it; allowed: smtp://HOST:PORT")
        if self.from_address is None and not self._relay_is_on_loopback:
            raise ValueError(
                "WINBACK_FROM: is missing, and a relay on another machine needs it; allowed: Shop <a@b.com>"
            )

    def _check_ses(self) -> None:
        if self.sender_kind is SenderKind.SES and self.from_address is None:
            raise ValueError("WINBACK_FROM: is missing, WINBACK_SENDER=ses needs it; allowed: Shop <a@b.com>")

    def _check_clock(self) -> None:
        if not self.clock_ahead:
            return
        if self.sender_kind is not SenderKind.FOLDER:
            raise ValueError(
                "WINBACK_CLOCK_AHEAD: would send e-mails before their time; allowed: with WINBACK_SENDER=folder"
            )
        if self.stage is Stage.PROD:
            raise ValueError("WINBACK_CLOCK_AHEAD: is for trying things out; allowed: with WINBACK_STAGE=dev")


READERS: Final[dict[str, tuple[str, Callable[[str], object]]]] = {
    "WINBACK_DATA_DIR": ("data_dir", Path),
    "WINBACK_RUNTIME": ("runtime", values.one_of(Runtime)),
    "WINBACK_STAGE": ("stage", values.one_of(Stage)),
    "WINBACK_HOST": ("host", values.host),
    "PORT": ("port", values.whole(1, 65535)),
    "WINBACK_LOG_LEVEL": ("log_level", values.one_of(LogLevel)),
    "WINBACK_CLOCK_AHEAD": ("clock_ahead", values.duration),
    "WINBACK_SENDER": ("sender_kind", values.one_of(SenderKind)),
    "WINBACK_SMTP_URL": ("smtp_url", values.smtp_server),
    "WINBACK_SEND_WINDOW": ("send_window", values.whole(1, 64)),
    "WINBACK_SEND_RATE": ("send_rate", values.positive),
    "WINBACK_ONLY_TO": ("only_to", values.addresses_or_domains),
    "WINBACK_FROM": ("from_address", values.mailbox),
    "WINBACK_REPLY_TO": ("reply_to", values.mailbox),
    "WINBACK_POSTAL_ADDRESS": ("postal_address", values.line),
    "WINBACK_PUBLIC_URL": ("public_url", values.web_url),
    "WINBACK_SHOP_NAME": ("shop_name", values.line),
    "WINBACK_SHOP_URL": ("shop_url", values.web_url),
    "WINBACK_COMPOSER": ("composer", values.one_of(Composing)),
    "OPENROUTER_API_KEY": ("openrouter_api_key", str),
    "USERS_TABLE_NAME": ("users_table_name", str),
    "EMAILS_TABLE_NAME": ("emails_table_name", str),
    "LEDGER_TABLE_NAME": ("ledger_table_name", str),
    "SNS_TOPIC_ARN": ("sns_topic_arn", str),
    "EMAIL_QUEUE_URL": ("email_queue_url", str),
    "EMAIL_DEAD_LETTER_QUEUE_URL": ("email_dead_letter_queue_url", str),
    "OUTBOX_BUCKET": ("outbox_bucket", str),
    "UNRELAYED_BUCKET": ("unrelayed_bucket", str),
    "MAILBOX_KEY_SECRET": ("mailbox_key_secret", str),
    "OPENROUTER_API_KEY_SECRET": ("openrouter_api_key_secret", str),
    "SES_CONFIGURATION_SET": ("ses_configuration_set", str),
}
"""Name in the environment → field, and what reads its text."""

_SENDERS_OF: Final = {
    Runtime.LOCAL: (SenderKind.FOLDER, SenderKind.SMTP),
    Runtime.AWS: (SenderKind.FOLDER, SenderKind.SES),
}


def _read(name: str, text: str, read: Callable[[str], object]) -> object:
    try:
        return read(text)
    except ValueError as error:
        # Not chained: the first error of a library may repeat the value, which may be a secret.
        raise ValueError(f"{name}: {error}") from None


def _refuse_unknown(env: Mapping[str, str]) -> None:
    for name in sorted(env):
        if name.startswith("WINBACK_") and name not in READERS:
            near = _nearest(name)
            hint = f"did you mean {near}?" if near else "allowed: the names in docs/settings.md"
            raise ValueError(f"{name}: is no setting; {hint}")


def _nearest(name: str) -> str | None:
    bare = name.removeprefix("WINBACK_")
    if bare in READERS:
        return bare
    import difflib  # for a misspelt name alone

    near = difflib.get_close_matches(bare, [known.removeprefix("WINBACK_") for known in READERS], n=1)
    return next((known for known in READERS if near and known.removeprefix("WINBACK_") == near[0]), None)
