"""The story `winback up` tells on the terminal: of whom an e-mail went out, of whom not, and why.

Made-up clients are told of by name, real ones by id alone; of these only what left or was held out.
"""

import queue
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from rich.console import Console
from rich.text import Text

from winback.acts.explaining import Explained, explained
from winback.cli.output import clean, count
from winback.cli.words import Program, short, silence, whole
from winback.domain.contact import Contact
from winback.domain.decision import Verdict
from winback.domain.email import Email, EmailStatus
from winback.domain.errors import Refused
from winback.domain.user import User
from winback.ports import World
from winback.runtime.log import StepLine
from winback.steps.settle import How

_MOST_BEHIND: Final = 10_000
_TOLD_OF: Final = frozenset({"decide", "write", "deliver"})
_ENDED: Final = (How.SENT, How.UNSURE, How.ADDRESS_REFUSED, How.REFUSED, "held out")
"""How the log tells that an e-mail left, or that a client was held out."""


class Ending(StrEnum):
    """What became of a client, and the colour it is told in."""

    MAILED = "green"
    HELD_OUT = "cyan"
    HELD = "yellow"
    IN_DOUBT = "red"


@dataclass(frozen=True, slots=True)
class Tale:
    """One client's: `told` is what was decided, in words."""

    of: Explained
    ending: Ending
    told: str


class Story:
    """Listens to the runner and tells in a thread of its own, so that nothing waits for the terminal."""

    def __init__(self, world: World, console: Console, made_up: Mapping[str, User], program: Program) -> None:
        self._world = world
        self._console = console
        self._made_up = made_up
        self._program = program
        self._open = set(made_up)
        self._tales: list[Tale] = []
        self._lines: queue.Queue[StepLine | None] = queue.Queue(_MOST_BEHIND)
        self._thread = threading.Thread(target=self._tell_all, name="story")

    def listen(self, line: StepLine) -> None:
        """Called by the runner; what comes too fast for a terminal is left to `winback logs`."""
        if line.result == "done" and line.step in _TOLD_OF:
            try:
                self._lines.put_nowait(line)
            except queue.Full:
                return

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """After what has come so far is told."""
        if self._thread.is_alive():
            self._lines.put(None)
            self._thread.join()

    def _tell_all(self) -> None:
        terminal_is_there = True
        while (line := self._lines.get()) is not None:
            if terminal_is_there:
                try:
                    self._tell(line)
                except OSError:  # the terminal is gone; the work goes on without it
                    terminal_is_there = False

    def _tell(self, line: StepLine) -> None:
        user_id = line.event.user_id
        if user_id in self._open:
            self._tell_of_made_up(user_id)
        elif user_id not in self._made_up:
            self._tell_of_real(line)

    def _tell_of_made_up(self, user_id: str) -> None:
        tale = self._tale(user_id)
        if tale is None:
            return
        self._open.discard(user_id)
        if tale.of.at_risk:
            self._tales.append(tale)
            self._print(tale, f"{_name(self._made_up[user_id])} ({user_id})")
        if not self._open:
            for line in _summary(self._world, self._tales, self._made_up, self._program):
                self._console.print(line, soft_wrap=True, highlight=False)

    def _tell_of_real(self, line: StepLine) -> None:
        if not line.why.startswith(_ENDED):
            return
        tale = self._tale(line.event.user_id)
        if tale is not None:
            self._print(tale, line.event.user_id)

    def _tale(self, user_id: str) -> Tale | None:
        """None as long as it has no ending: the line may be that of a second event, beside an e-mail on its way."""
        try:
            of = explained(self._world, user_id, self._world.clock.now())
        except Refused:
            return None
        return _tale_of(of) if of.contact else None

    def _print(self, tale: Tale, who: str) -> None:
        text = Text.assemble(
            (who, "bold"), "  ", _score_words(tale.of), "\n    ", (clean(tale.told), tale.ending.value)
        )
        self._console.print(text, soft_wrap=True)


def _tale_of(of: Explained) -> Tale | None:
    """By the last decision that was no hold, if there is one: an event that came after it changes no ending."""
    last = next((each for each in reversed(of.decisions) if each.verdict is not Verdict.HOLD), None)
    if last is None:
        return Tale(of, Ending.HELD, f"held: {_why(of.contact)}") if of.decisions else None
    if last.verdict is Verdict.HELD_OUT:
        return Tale(of, Ending.HELD_OUT, "held out: kept without e-mail to measure against")
    email = next((each for each in of.emails if each.email_id == last.decision_id), None)
    return _mailed(of, email) if email else None


def _mailed(of: Explained, email: Email) -> Tale | None:
    match email.status:
        case EmailStatus.SENT:
            return Tale(of, Ending.MAILED, f"e-mailed → {short(email.place) if email.place else email.email_id}")
        case EmailStatus.UNSURE | EmailStatus.FAILED:
            return Tale(of, Ending.IN_DOUBT, f"{email.status.lower()}: {email.ended_why or 'no reason given'}")
        case EmailStatus.HELD | EmailStatus.SUPPRESSED:
            return Tale(of, Ending.HELD, f"ended unsent: {email.ended_why}")
        case _:
            why = _why(of.contact)
            return Tale(of, Ending.HELD, f"written, and waits: {why}") if why else None


def _why(contact: Contact | None) -> str:
    return "; ".join(why.words for why in contact.why) if contact else ""


def _score_words(of: Explained) -> str:
    value = f"{whole(of.value)} of 100" if of.value is not None else "no score"
    if of.score is None or of.figures is None:
        return f"{value} — a score given by the shop" if of.value is not None else value
    return f"{value} — {silence(of.score, of.figures)}"


def _name(user: User) -> str:
    return user.name or user.user_id


def _summary(world: World, tales: list[Tale], made_up: Mapping[str, User], program: Program) -> Iterator[str]:
    of = {ending: [tale for tale in tales if tale.ending is ending] for ending in Ending}
    yield f"\n{count(len(made_up), 'made-up client')} looked at, {len(tales)} at risk:"
    yield f"  {len(of[Ending.MAILED]):3} e-mailed"
    yield f"  {len(of[Ending.HELD_OUT]):3} held out, to measure against"
    reasons = Counter(_reason(tale) for tale in of[Ending.HELD] + of[Ending.IN_DOUBT])
    yield f"  {sum(reasons.values()):3} held" + "".join(
        f"{',' if at else ':'} {times} {reason}" for at, (reason, times) in enumerate(reasons.most_common())
    )
    week, month = (_slipping(world, made_up, days) for days in (7, 30))
    yield f"Below the line unless they order: {week} more in the next 7 days, {month} in the next 30."
    mailed = of[Ending.MAILED][0].of.user_id if of[Ending.MAILED] else next(iter(made_up))
    yield "Look further, in a second terminal:"
    yield f"  {program.line('explain', mailed)}"
    yield f"  {program.line('users list --due-within 7d')}"
    yield f"  {program.line('emails list')}"
    yield f"  {program.line('status')}"


def _reason(tale: Tale) -> str:
    contact = tale.of.contact
    return contact.why[0].reason.lower().replace("_", " ") if contact and contact.why else "other reasons"


def _slipping(world: World, made_up: Mapping[str, User], days: int) -> int:
    now: datetime = world.clock.now().astimezone(UTC)
    until = (now + timedelta(days=days)).date()
    contacts = (world.store.get(Contact, user_id) for user_id in made_up)
    return sum(
        1 for each in contacts if each and not each.at_risk and each.risk_date is not None and each.risk_date <= until
    )
