"""Secrets by name from Secrets Manager: kept for a minute, read again at once when told that they no longer hold."""

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from winback.adapters.aws.faults import retryable
from winback.domain.errors import Refused

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

KEPT_SECONDS: Final = 60.0
SHORTEST_KEY: Final = 32
_HEX_KEY: Final = 64


class Secret:
    """For many threads. `plain`, where given, is the value, and AWS is not asked."""

    def __init__(
        self,
        client: Callable[[], "SecretsManagerClient"],
        name: str,
        plain: str | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._name = name
        self._plain = plain
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._read: tuple[float, str] | None = None

    def __repr__(self) -> str:
        return f"Secret({self._name})"

    def value(self) -> str:
        """Raises Retryable while it cannot be read and no value of the last minute is known."""
        if self._plain is not None:
            return self._plain
        with self._lock:
            if self._read is None or self._monotonic() - self._read[0] >= KEPT_SECONDS:
                self._read = self._monotonic(), self._ask()
            return self._read[1]

    def refused(self, value: str) -> bool:
        """Somebody was refused with this value (a 401): whether another one is at hand now."""
        if self._plain is not None:
            return False
        with self._lock:
            if self._read is not None and self._read[1] == value:
                self._read = None
        return self.value() != value

    def _ask(self) -> str:
        with retryable(f"secret {self._name}"):
            return self._client().get_secret_value(SecretId=self._name)["SecretString"]


def write_secret(client: "SecretsManagerClient", name: str, value: str) -> bool:
    """Whether the secret holds another value now than before: the one it had is not written again.

    Raises Retryable, without the value, if it can be neither read nor written.
    """
    with retryable(f"secret {name}"):
        try:
            if client.get_secret_value(SecretId=name).get("SecretString") == value:
                return False
        except client.exceptions.ResourceNotFoundException:
            pass  # it has no value yet
        client.put_secret_value(SecretId=name, SecretString=value)
    return True


def mailbox_key(text: str) -> bytes:
    """The key of the mailbox hash: 64 hex digits are the key itself, as one machine keeps it; other text is taken as
    it stands.

    Raises Refused for a short one: with a wrong key nobody's suppression would be known.
    """
    if len(text) == _HEX_KEY:
        try:
            return bytes.fromhex(text)
        except ValueError:
            pass
    if len(text) < SHORTEST_KEY:
        raise Refused(f"MAILBOX_KEY_SECRET: the secret has {len(text)} characters, a key needs {SHORTEST_KEY} or more")
    return text.encode()
