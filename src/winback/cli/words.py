"""Words that several commands use: places, senders, the switch, silence."""

import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from winback.domain.score import Figures, Score
from winback.domain.switch import SenderKind, Switch
from winback.ports import World


def short(path: Path | str) -> str:
    """The path as one would type it from here."""
    try:
        return str(Path(path).absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def files_in(folder: Path) -> str:
    return f"e-mails are files in {short(folder / 'outbox')}, nothing leaves this machine"


def sender_words(world: World, outbox: str) -> str:
    """`outbox` says where the folder's e-mails lie."""
    sender = world.sender
    if sender.kind is SenderKind.FOLDER:
        return f"folder: {outbox}"
    return f"{sender.kind}: {world.mailer}, From {sender.from_address}"


def sending_words(switch: Switch) -> str:
    if switch.sending:
        return "on"
    why = f": {switch.why}" if switch.why else ""
    return f"paused by {switch.by}{why}; `winback resume` turns it on"


def whole(score: float) -> int:
    """Down, not to the nearest: nobody at risk is shown on the line."""
    return int(score)


def silence(score: Score, figures: Figures) -> str:
    """`140 days silent, usually orders every 60`."""
    if not figures.count:
        return "never ordered"
    days = "ordered today" if not score.silent_days else f"{score.silent_days:,} day{_s(score.silent_days)} silent"
    if figures.count < 2 or figures.last <= figures.first:
        return f"{days}, ordered once" if figures.count == 1 else days
    return f"{days}, usually orders every {score.gap_days:.0f}"


def _s(number: int) -> str:
    return "" if number == 1 else "s"


@dataclass(frozen=True, slots=True)
class Program:
    """How this program is called from here, with the data folder that was asked for."""

    name: str
    data_dir: Path | None

    @classmethod
    def called(cls, data_dir: Path) -> "Program":
        path = sys.argv[0]
        found = shutil.which("winback")
        name = "winback" if found and Path(path).exists() and Path(found).samefile(path) else short(path)
        return cls(name, data_dir if data_dir != Path("data") else None)

    def line(self, command: str, *words: str) -> str:
        """A command as one would type it."""
        folder = ("--data-dir", str(self.data_dir)) if self.data_dir else ()
        return " ".join([self.name, command, *map(shlex.quote, (*words, *folder))])
