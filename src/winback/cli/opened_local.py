"""The data folder, opened for a command."""

import shutil
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import typer

from winback.adapters.local.bulk import put_all
from winback.adapters.local.store import FILE_NAME
from winback.bootstrap import Local, local
from winback.cli.asked import settings
from winback.cli.opened import Fact, Redriven
from winback.cli.output import count
from winback.cli.words import files_in, short
from winback.domain.errors import Refused
from winback.domain.order import Order
from winback.domain.user import User
from winback.ports import MOST_COUNTED, DeadLetter, World
from winback.runtime.running import running_in

_GB: Final = 1e9


def opened_local(ctx: typer.Context, make: bool) -> "OpenedLocal":
    """Raises Refused where there is no store, unless it is to be made."""
    chosen = settings(ctx)
    if not make and not (chosen.data_dir / FILE_NAME).exists():
        raise Refused(f"there is no store in {chosen.data_dir}: start `winback up` there, or choose --data-dir")
    return OpenedLocal(local(chosen))


@dataclass(frozen=True, slots=True)
class OpenedLocal:
    local: Local

    @property
    def world(self) -> World:
        return self.local.world

    @property
    def looker(self) -> str:
        return "`winback up` does so as soon as it runs"

    @property
    def outbox(self) -> str:
        return files_in(self.local.folder)

    def facts(self) -> list[Fact]:
        process = running_in(self.local.folder)
        free = shutil.disk_usage(self.local.folder).free
        changes = len(self.local.store.waiting(MOST_COUNTED))
        return [
            Fact(
                "running",
                f"yes, process {process}" if process else "no: start it with `winback up`",
                {"running": process is not None, **({"process": process} if process else {})},
            ),
            Fact(
                "data",
                f"{short(self.local.folder)}, {free / _GB:,.1f} GB free on its disk",
                {"dataDir": str(self.local.folder), "diskFreeBytes": free},
            ),
            Fact(
                "changes",
                f"{count(changes, 'change', MOST_COUNTED)} not looked at yet",
                {"changesWaiting": changes},
            ),
        ]

    def unseen(self) -> str | None:
        return f"Some changes were not looked at yet: {self.looker}." if self.local.store.waiting(1) else None

    def put_all(self, records: Sequence[User] | Sequence[Order]) -> None:
        put_all(self.local.store, records)

    def together(self) -> AbstractContextManager[None]:
        return self.local.store.transaction()

    def message_at(self, place: str) -> bytes | None:
        return Path(place).read_bytes() if Path(place).is_file() else None

    def dead_letters(self, limit: int) -> list[DeadLetter]:
        return self.world.topic.dead_letters(limit)

    def redrive(self, message_ids: Sequence[str] | None, now: datetime) -> Redriven:
        back = self.world.topic.redrive(message_ids, now)
        return Redriven(back, f"put {count(back, 'message')} back on the queue")

    def close(self) -> None:
        self.local.close()
