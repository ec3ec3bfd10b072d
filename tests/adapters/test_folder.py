"""The data folder: for its owner alone, on a disk of this machine, with one `winback up` at a time."""

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from builders import NOW, a_user
from letters import a_letter
from winback.adapters.local.folder import FolderLock, file_system, prepare
from winback.adapters.local.key import mailbox_key
from winback.adapters.local.mailer_folder import FolderMailer
from winback.adapters.local.store import LocalStore
from winback.domain.errors import Refused
from winback.ports import Put
from winback.runtime.log import Function, LogFolder

MOUNTS = """\
/dev/sda1 / ext4 rw,relatime 0 0
proc /proc proc rw 0 0
server:/export /mnt/net nfs4 rw 0 0
//server/share /mnt/the\\040share cifs rw 0 0
/dev/sdb1 /mnt/net/local ext4 rw 0 0
me@host: /home/me/far fuse.sshfs rw 0 0
"""
HOLD = """
import sys, time
from pathlib import Path
from winback.adapters.local.folder import FolderLock
lock = FolderLock(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    path = tmp_path / "mounts"
    path.write_text(MOUNTS)
    return path


def test_nothing_in_the_folder_is_for_anybody_else(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    before = os.umask(0)
    try:
        with closing(LocalStore.open(folder)) as store, closing(LogFolder(folder / "logs")) as log:
            store.commit(Put(a_user()))
            mailbox_key(folder)
            FolderMailer(folder / "outbox").send(a_letter(), NOW)
            log.write(Function.BACKEND, NOW)
            lock = FolderLock(folder)
            found = {path.relative_to(folder): path.stat().st_mode & 0o777 for path in [folder, *folder.rglob("*")]}
            lock.release()
    finally:
        os.umask(before)

    assert {name for name in map(str, found) if "." in name} >= {"winback.db", "winback.db-wal", "winback.db-shm"}
    folders = [Path("."), Path("logs"), Path("outbox")]
    assert found == {name: 0o700 if name in folders else 0o600 for name in found}


def test_a_folder_that_was_open_to_all_is_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert prepare(tmp_path).stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_made_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Refused, match="choose another --data-dir") as refused:
        prepare(tmp_path / "file" / "data")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/srv/data", "ext4"),
        ("/mnt/net/data", "nfs4"),
        ("/mnt/network", "ext4"),
        ("/mnt/net/local/data", "ext4"),
        ("/mnt/the share/data", "cifs"),
        ("/home/me/far", "fuse.sshfs"),
    ],
)
def test_a_folder_lies_on_the_innermost_mount_above_it(mounts: Path, folder: str, kind: str) -> None:
    assert file_system(Path(folder), mounts) == kind


def test_where_the_system_tells_no_mounts_the_file_system_is_unknown(tmp_path: Path) -> None:
    assert file_system(tmp_path, tmp_path / "none") is None
    assert prepare(tmp_path / "data", tmp_path / "none").is_dir()


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "glusterfs"])
def test_a_network_file_system_is_refused_in_one_line(tmp_path: Path, mounts: Path, kind: str) -> None:
    mounts.write_text(f"{MOUNTS}server:/x {tmp_path} {kind} rw 0 0\n")
    with pytest.raises(Refused, match=rf"network file system \({kind}\)") as refused:
        prepare(tmp_path / "data", mounts)
    assert "\n" not in str(refused.value)


def test_a_held_folder_is_refused_in_one_line_that_names_the_holder(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path)
    with pytest.raises(Refused) as refused:
        FolderLock(tmp_path)
    assert str(refused.value) == (
        f"another `winback up` (process {os.getpid()}) uses the data folder {tmp_path}: stop it, or choose --data-dir"
    )
    lock.release()
    FolderLock(tmp_path).release()


def test_a_holder_that_is_killed_lets_the_folder_go(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"held\n"
            with pytest.raises(Refused, match=f"process {holder.pid}"):
                FolderLock(tmp_path)
        finally:
            holder.send_signal(signal.SIGKILL)
    FolderLock(tmp_path).release()
