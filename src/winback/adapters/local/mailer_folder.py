"""The folder sender: each e-mail a file `EMAIL_ID.eml`, there whole or not at all."""

import os
import re
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from winback.adapters.sender_health import PROBE_EVERY, SenderHealth
from winback.compose.letter import mime
from winback.domain.errors import Rejected, SenderIll
from winback.domain.switch import SenderKind
from winback.ports import Letter

_DRAFT: Final = ".winback-", ".tmp"
_FILE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


class FolderMailer:
    """Sends by writing; can always look, so it is never unsure. Made on first use: the folder, 0700, its files 0600."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._health = SenderHealth()
        self._opened_at = time.time()
        self._first = threading.Lock()
        self._tidy = False

    @property
    def kind(self) -> SenderKind:
        return SenderKind.FOLDER

    def send(self, letter: Letter, now: datetime) -> str:
        """The file's path; the first file of an e-mail stays. Raises SenderIll while the folder cannot be written."""
        if not _FILE_NAME.fullmatch(letter.email_id):
            raise Rejected(f"email {letter.email_id!r}: the id must be 1 to 128 of A-Z a-z 0-9 . _ - to name a file")
        place = self._place(letter.email_id)
        with self._health.watch(letter.to, now), self._disk():
            if not place.exists():
                self._make_ready()
                _write_whole(place, mime(letter, now))
        return str(place)

    def look(self, email_id: str) -> bool:
        """Whether the file is there. Raises SenderIll if the folder cannot be read."""
        with self._disk():
            return bool(_FILE_NAME.fullmatch(email_id)) and self._place(email_id).exists()

    def ill_until(self, now: datetime) -> tuple[datetime, str] | None:
        return self._health.ill_until(now)

    def close(self) -> None:
        """It holds nothing."""

    def _place(self, email_id: str) -> Path:
        return self._folder / f"{email_id}.eml"

    def _make_ready(self) -> None:
        with self._first:
            if not self._folder.is_dir():
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                _sync_folder(self._folder.parent)
            if not self._tidy:
                self._remove_lost_drafts()
                self._tidy = True

    def _remove_lost_drafts(self) -> None:
        """What a killed process left half-written. Before the first draft of this one, since only one process sends."""
        prefix, suffix = _DRAFT
        for draft in self._folder.glob(f"{prefix}*{suffix}"):
            if draft.stat().st_mtime < self._opened_at:
                draft.unlink(missing_ok=True)

    @contextmanager
    def _disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            fault = error.strerror or type(error).__name__
            message = f"folder {self._folder}: {fault}; make room there or let Winback write to it"
            raise SenderIll(message, PROBE_EVERY) from error


def _write_whole(place: Path, content: bytes) -> None:
    """After it the file is on disk under its name; after an error there is none."""
    prefix, suffix = _DRAFT
    descriptor, name = tempfile.mkstemp(dir=place.parent, prefix=prefix, suffix=suffix)
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(place)
        _sync_folder(place.parent)
    except OSError:
        draft.unlink(missing_ok=True)
        place.unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    """A new name is only sure to outlive a power cut once its folder is on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
