"""Sent: listens to the runner's steps and knows when each user's e-mail was marked SENT."""

import threading
import time
from typing import Final

from winback.bootstrap import Local
from winback.runtime.log import StepLine
from winback.steps.settle import How

STALLED_SECONDS: Final = 60.0


class Sent:
    """`at` is when, by user, on the clock `time.monotonic`, which all processes of a machine share."""

    def __init__(self, expected: int) -> None:
        self._expected = expected
        self._all = threading.Event()
        self._last_words = "no step was run"
        self.at: dict[str, float] = {}

    def __call__(self, line: StepLine) -> None:
        self._last_words = f"{line.step}: {line.result} {line.why}".rstrip()
        if line.step == "deliver" and line.why.startswith(How.SENT.value):
            self.at[line.event.user_id] = time.monotonic()
            if len(self.at) == self._expected:
                self._all.set()

    def wait(self) -> None:
        """Until all were sent. Raises RuntimeError if for a minute none was."""
        seen = -1
        while not self._all.wait(STALLED_SECONDS):
            if len(self.at) == seen:
                raise RuntimeError(f"{seen} of {self._expected} e-mails were sent, then none; {self._last_words}")
            seen = len(self.at)

    def check(self, shop: Local) -> None:
        ((count,),) = shop.store.connection().execute("SELECT count(*) FROM emails WHERE status = 'SENT'")
        if count != self._expected:
            raise RuntimeError(f"{count} e-mails are SENT, not {self._expected}")
