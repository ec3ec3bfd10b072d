"""A mailer that keeps the letters, and fails when it is told to, before or after it took the letter."""

from collections import deque
from datetime import datetime
from threading import Lock

from winback.domain.errors import SenderIll, WinbackError
from winback.domain.switch import SenderKind
from winback.ports import Letter


class MemoryMailer:
    """`letters` are those handed over, in order. `ill`, if set, is the instant of the next try and what was said."""

    def __init__(self, kind: SenderKind = SenderKind.FOLDER, can_look: bool = True) -> None:
        self._kind = kind
        self._can_look = can_look
        self._lock = Lock()
        self._errors: deque[tuple[WinbackError, bool]] = deque()
        self.letters: list[Letter] = []
        self.ill: tuple[datetime, str] | None = None

    @property
    def kind(self) -> SenderKind:
        return self._kind

    def fail_next(self, error: WinbackError, taken: bool = False, times: int = 1) -> None:
        """The next sends raise `error`; if `taken`, after the letter was handed over."""
        self._errors.extend([(error, taken)] * times)

    def send(self, letter: Letter, now: datetime) -> str:
        with self._lock:
            if ill := self.ill_until(now):
                raise SenderIll(ill[1], after=ill[0] - now)
            error, taken = self._errors.popleft() if self._errors else (None, True)
            if taken:
                self.letters.append(letter)
            if error:
                raise error
            return f"memory:{letter.email_id}"

    def look(self, email_id: str) -> bool | None:
        with self._lock:
            return any(letter.email_id == email_id for letter in self.letters) if self._can_look else None

    def ill_until(self, now: datetime) -> tuple[datetime, str] | None:
        return self.ill if self.ill and now < self.ill[0] else None

    def close(self) -> None:
        """It holds nothing."""
