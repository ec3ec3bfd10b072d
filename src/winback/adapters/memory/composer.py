"""A composer that always says the same, and fails when it is told to."""

from collections import deque
from typing import Final

from winback.domain.brief import Brief
from winback.domain.draft import Draft
from winback.domain.errors import WinbackError
from winback.ports import Composed

DRAFT: Final = Draft(
    subject="It has been a while",
    preheader="Your favourite shelf has missed you.",
    paragraphs=("It has been a while since your last visit.", "Come by whenever it suits you; we would be glad."),
    action="See what is here",
)


class MemoryComposer:
    """`briefs` are those it was asked with, failures included."""

    def __init__(self, draft: Draft = DRAFT) -> None:
        self.draft = draft
        self.briefs: list[Brief] = []
        self._errors: deque[WinbackError] = deque()

    @property
    def remote(self) -> bool:
        return False

    def fail_next(self, error: WinbackError, times: int = 1) -> None:
        self._errors.extend([error] * times)

    def compose(self, brief: Brief) -> Composed:
        self.briefs.append(brief)
        if self._errors:
            raise self._errors.popleft()
        return Composed(self.draft, composer="memory")
