"""The SES sender: each e-mail one call that is made once; docs/senders.md."""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, SSLError
from botocore.parsers import ResponseParserError

from winback.adapters.aws.faults import AwsError, name_of, status_of
from winback.adapters.aws.ses_account import SesAccount
from winback.adapters.sender_health import PROBE_EVERY, SenderHealth
from winback.compose.letter import mime
from winback.domain.errors import Rejected, Retryable, SenderIll, Unsure, WinbackError
from winback.domain.switch import SenderKind
from winback.ports import Letter

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

TAG: Final = "emailId"
"""SES gives each e-mail a Message-ID of its own: by this tag its notices name ours."""
LONGEST_WAIT: Final = timedelta(seconds=20)
"""For one's turn: a function that waits is paid for, and the e-mail it holds is claimed."""
THROTTLED_FOR: Final = timedelta(minutes=1)
_IDLE_SECONDS: Final = 15.0
_SERVER_FAULT: Final = 500
_REFUSES_THIS_EMAIL: Final = "MessageRejected"
_THROTTLED: Final = frozenset({"TooManyRequestsException", "ThrottlingException", "Throttling"})
_ON_THE_WAY: Final = (HTTPClientError, SSLError, ResponseParserError)
"""SES may have it. All others (no connection, no sign-in, a wrong parameter) come before that."""


class SesMailer:
    """For many threads. `ses` must make each call once: a repeated call is a second e-mail.

    `configuration_set` holds back whoever bounced or complained; `per_second` may slow it below the account's rate.
    """

    def __init__(
        self,
        ses: "SESV2Client",
        configuration_set: str,
        per_second: float | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._ses = ses
        self._configuration_set = configuration_set
        self._account = SesAccount(ses, per_second)
        self._connections = _Connections(ses, clock)
        self._health = SenderHealth()

    def __repr__(self) -> str:
        return f"SesMailer({self._configuration_set})"

    def __str__(self) -> str:
        return f"configuration set {self._configuration_set}"

    @property
    def kind(self) -> SenderKind:
        return SenderKind.SES

    def send(self, letter: Letter, now: datetime) -> str:
        """SES's own id of the e-mail."""
        content = mime(letter, now)
        with self._health.watch(letter.to, now):
            if not self._account.admit(LONGEST_WAIT.total_seconds()):
                raise Retryable(f"email {letter.email_id}: too many others are before it at this rate", THROTTLED_FOR)
            return f"ses:{self._hand_over(letter, content)}"

    def look(self, email_id: str) -> None:
        """One cannot: SES tells afterwards by its notices alone."""

    def ill_until(self, now: datetime) -> tuple[datetime, str] | None:
        return self._health.ill_until(now)

    def close(self) -> None:
        """Nothing is kept open here."""

    def _hand_over(self, letter: Letter, content: bytes) -> str:
        self._connections.renew_if_idle()
        try:
            answer = self._ses.send_email(
                Destination={"ToAddresses": [_ascii(letter.to)]},
                Content={"Raw": {"Data": content}},
                ConfigurationSetName=self._configuration_set,
                EmailTags=[{"Name": TAG, "Value": letter.email_id}],
            )
        except ClientError as error:
            self._account.forget()
            raise _said(letter.email_id, error, self._account.in_sandbox) from error
        except (BotoCoreError, ResponseParserError) as error:
            raise _broke(letter.email_id, error) from error
        return answer["MessageId"]


class _Connections:
    """While a function sleeps its connections die unnoticed, and an e-mail on a dead one would be left in doubt."""

    def __init__(self, ses: "SESV2Client", clock: Callable[[], float]) -> None:
        self._ses = ses
        self._clock = clock
        self._lock = threading.Lock()
        self._used_at = clock()

    def renew_if_idle(self) -> None:
        with self._lock:
            idle, self._used_at = self._clock() - self._used_at, self._clock()
            if not 0 <= idle < _IDLE_SECONDS:
                self._ses.close()  # drops idle connections; the next call opens a new one


def _said(email_id: str, error: ClientError, in_sandbox: bool) -> WinbackError:
    """SES answered. Its words may hold addresses; its names say what to do.

    In the sandbox it refuses for an address it was not told of, and that is no fault of the e-mail.
    """
    name = name_of(error)
    if status_of(error) >= _SERVER_FAULT:
        return Unsure(f"email {email_id}: SES answered {name}; it may have been sent")
    if name == _REFUSES_THIS_EMAIL and not in_sandbox:
        return Rejected(f"email {email_id}: SES refuses it ({name})")
    if name in _THROTTLED:
        return Retryable(f"email {email_id}: SES takes no more just now ({name})", THROTTLED_FOR)
    return SenderIll(f"SES does not send for us: {name}; see the SES console and the function's role", PROBE_EVERY)


def _broke(email_id: str, error: AwsError) -> WinbackError:
    """SES did not answer."""
    if isinstance(error, _ON_THE_WAY):
        return Unsure(f"email {email_id}: {name_of(error)} while SES had it; it may have been sent")
    return SenderIll(f"SES cannot be reached: {name_of(error)}", PROBE_EVERY)


def _ascii(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.encode('idna').decode()}"
