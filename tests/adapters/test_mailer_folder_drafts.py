"""What a kill leaves half-written in the outbox goes with the next letter; nothing else does."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from builders import NOW
from letters import a_letter
from winback.adapters.local.mailer_folder import FolderMailer

SEND_AND_DIE = """
import os, signal, sys
from pathlib import Path
from builders import NOW
from letters import a_letter
from winback.adapters.local.mailer_folder import FolderMailer
os.fsync = lambda descriptor: os.kill(os.getpid(), signal.SIGKILL)
outbox = Path(sys.argv[1])
outbox.mkdir()
FolderMailer(outbox).send(a_letter("e-lost"), NOW)
"""


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    return tmp_path / "outbox"


def names(outbox: Path) -> list[str]:
    return sorted(path.name for path in outbox.iterdir())


def test_a_draft_of_a_killed_process_is_removed_by_the_next_that_sends(outbox: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    killed = subprocess.run([sys.executable, "-c", SEND_AND_DIE, outbox], env=env, check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    (draft,) = names(outbox)
    assert draft.endswith(".tmp")

    FolderMailer(outbox).look("e-lost")
    assert names(outbox) == [draft]
    FolderMailer(outbox).send(a_letter(), NOW)
    assert names(outbox) == ["e-1.eml"]


def test_what_others_keep_there_stays(outbox: Path) -> None:
    outbox.mkdir()
    for name in (".upload.tmp", "winback-notes.tmp", ".hidden"):
        (outbox / name).touch()
    before = names(outbox)
    FolderMailer(outbox).send(a_letter(), NOW)
    assert names(outbox) == sorted([*before, "e-1.eml"])


def test_a_draft_younger_than_the_mailer_stays(outbox: Path) -> None:
    outbox.mkdir()
    mailer = FolderMailer(outbox)
    draft = outbox / ".winback-young.tmp"
    draft.touch()
    os.utime(draft, (time.time() + 60, time.time() + 60))
    mailer.send(a_letter(), NOW)
    assert draft.exists()


def test_letters_sent_at_once_at_the_start_all_arrive(outbox: Path) -> None:
    mailer = FolderMailer(outbox)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: mailer.send(a_letter(f"e-{number}"), NOW), range(40)))
    assert len(names(outbox)) == 40
