"""What the SES account may do now: whether it may send at all, how much is left today, how fast."""

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from winback.adapters.aws.faults import AWS_ERRORS, name_of
from winback.adapters.pace import Pace
from winback.domain.errors import SenderIll

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sesv2.type_defs import GetAccountResponseTypeDef

KEPT_SECONDS: Final = 300.0
_NO_LIMIT: Final = -1


class SesAccount:
    """Asked at most every five minutes. For many threads; each process has its own pace."""

    def __init__(
        self, ses: "SESV2Client", per_second: float | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._ses = ses
        self._per_second = per_second
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._asked_at = float("-inf")
        self._rate: float | None = None
        self._pace = Pace(None)
        self._left: float | None = None
        self._in_sandbox = False

    @property
    def in_sandbox(self) -> bool:
        """SES refuses every e-mail from or to an address that it was not told of."""
        return self._in_sandbox

    def admit(self, at_most_seconds: float) -> bool:
        """Waits for a letter's turn; False if that is longer off. Raises SenderIll if the account may not send."""
        with self._lock:
            if self._monotonic() - self._asked_at >= KEPT_SECONDS:
                self._learn(self._ask())
            if self._left is not None:
                if self._left < 1:
                    raise SenderIll("the SES account's quota for 24 hours is used up")
                self._left -= 1
            pace = self._pace
        return pace.wait(at_most_seconds)

    def forget(self) -> None:
        """SES spoke otherwise: the next letter asks again."""
        with self._lock:
            self._asked_at = float("-inf")

    def _ask(self) -> "GetAccountResponseTypeDef":
        try:
            return self._ses.get_account()
        except AWS_ERRORS as error:
            raise SenderIll(f"SES does not say what the account may do: {name_of(error)}") from error

    def _learn(self, account: "GetAccountResponseTypeDef") -> None:
        if not account.get("SendingEnabled", True):
            raise SenderIll("the SES account may not send: see its status in the SES console")
        self._in_sandbox = not account.get("ProductionAccessEnabled", True)
        quota = account.get("SendQuota", {})
        most = quota.get("Max24HourSend", _NO_LIMIT)
        self._left = None if most == _NO_LIMIT else most - quota.get("SentLast24Hours", 0.0)
        rates = [rate for rate in (self._per_second, quota.get("MaxSendRate")) if rate and rate > 0]
        rate = min(rates, default=None)
        if rate != self._rate:  # a new pace forgets whose turn it is
            self._rate, self._pace = rate, Pace(rate)
        self._asked_at = self._monotonic()
