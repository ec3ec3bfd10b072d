"""Settings → World on one machine."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from winback.adapters.clock import SystemClock
from winback.adapters.local.key import key_of
from winback.adapters.local.mailer_folder import FolderMailer
from winback.adapters.local.mailer_smtp import SmtpMailer
from winback.adapters.local.store import LocalStore
from winback.adapters.local.topic import LocalTopic
from winback.compose.house_copy import HouseCopy
from winback.domain.policy import lines_of
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

    def rules_moved(self) -> bool:
        """Whether contacts wait that were judged by other rules than today's."""
        return bool(self.store.judged_elsewhere(lines_of(current_policy(self.world), self.world.sender), 1))

    def close(self) -> None:
        self.world.mailer.close()
        self.store.close()


def local(settings: Settings) -> Local:
    """The embedded store and its folder. Raises Refused with one line where they cannot be used."""
    # What is stored of a place, such as that of an e-mail's file, must hold from wherever a later command is called.
    folder = settings.data_dir.absolute()
    store = LocalStore.open(folder)
    try:
        return _in(folder, store, settings)
    except BaseException:
        store.close()
        raise


def _in(folder: Path, store: LocalStore, settings: Settings) -> Local:
    owner = secrets.token_hex(8)
    topic = LocalTopic(store, queues(), owner)
    world = World(
        store=store,
        topic=topic,
        composer=HouseCopy(),
        mailer=_mailer(folder, settings),
        clock=SystemClock(settings.clock_ahead),
        key=key_of(store, folder),
        token=lambda: f"{owner}:{secrets.token_hex(8)}",
        sender=settings.sender(),
        house=settings.house(),
    )
    return Local(world, store, topic, folder, settings.send_window)


def _mailer(folder: Path, settings: Settings) -> Mailer:
    if settings.sender_kind is SenderKind.FOLDER:
        return FolderMailer(folder / "outbox")
    return SmtpMailer(settings.smtp_url or "", window=settings.send_window, rate_per_second=settings.send_rate)
