"""Settings → World on one machine."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from winback.adapters.clock import SystemClock
from winback.adapters.local.key import mailbox_key
from winback.adapters.local.mailer_folder import FolderMailer
from winback.adapters.local.mailer_smtp import SmtpMailer
from winback.adapters.local.store import LocalStore
from winback.adapters.local.topic import LocalTopic
from winback.compose.house_copy import HouseCopy
from winback.domain.switch import SenderKind
from winback.pipeline import queues
from winback.ports import Mailer, World
from winback.settings import Settings
from winback.steps.present import current_policy


@dataclass(frozen=True, slots=True)
class Local:
    """The world on one machine, with what only its runner and its commands need."""

    world: World
    store: LocalStore
    topic: LocalTopic
    folder: Path
    send_window: int

    def line_moved(self) -> bool:
        """Whether contacts wait that were judged by another line than today's."""
        return bool(self.store.judged_elsewhere(current_policy(self.world).line, 1))

    def close(self) -> None:
        closing = getattr(self.world.mailer, "close", None)
        if closing is not None:
            closing()
        self.store.close()


def local(settings: Settings) -> Local:
    """The embedded store and its folder. Raises Refused with one line where they cannot be used."""
    folder = settings.data_dir
    store = LocalStore.open(folder)
    owner = secrets.token_hex(8)
    topic = LocalTopic(store, queues(), owner)
    world = World(
        store=store,
        topic=topic,
        composer=HouseCopy(),
        mailer=_mailer(settings),
        clock=SystemClock(settings.clock_ahead),
        key=mailbox_key(folder),
        token=lambda: f"{owner}:{secrets.token_hex(8)}",
        sender=settings.sender(),
        house=settings.house(),
    )
    return Local(world, store, topic, folder, settings.send_window)


def _mailer(settings: Settings) -> Mailer:
    if settings.sender_kind is SenderKind.FOLDER:
        return FolderMailer(settings.data_dir / "outbox")
    return SmtpMailer(settings.smtp_url or "", window=settings.send_window, rate_per_second=settings.send_rate)
