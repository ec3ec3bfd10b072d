"""The data folder: made for its owner alone, on a local disk, with one `winback up` at a time."""

import fcntl
import os
from pathlib import Path
from typing import IO

from winback.domain.errors import Refused

STORE_FILE = "winback.db"
MOUNTS = Path("/proc/self/mounts")
_OTHERS = 0o077
_NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "ceph", "glusterfs", "lustre", "afs"})


def prepare(folder: Path, mounts: Path = MOUNTS) -> Path:
    """The folder, there and closed to others. Raises Refused if it cannot be made, is open to others and not ours to
    close, or lies on a network file system."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _close(folder)
    except OSError as error:
        raise Refused(f"cannot use the data folder {folder}: {error.strerror}: choose another --data-dir") from error
    kind = file_system(folder.resolve(), mounts)
    if kind in _NETWORK:
        raise Refused(
            f"the data folder {folder} lies on a network file system ({kind}), where locks cannot be trusted: "
            "choose a --data-dir on a local disk"
        )
    return folder


def _close(folder: Path) -> None:
    """Never what may be anybody's, such as /tmp: only a folder of ours that is empty or holds our store already."""
    if not folder.stat().st_mode & _OTHERS:
        return
    store = folder / STORE_FILE
    if not (_is_ours(folder) and (_is_ours(store) if store.exists() else not any(folder.iterdir()))):
        raise Refused(
            f"the data folder {folder} is open to others and holds no store of ours: choose a new or empty --data-dir, "
            f"or close it with `chmod 700`"
        )
    folder.chmod(0o700)


def _is_ours(path: Path) -> bool:
    return path.stat().st_uid == os.geteuid()


def file_system(folder: Path, mounts: Path = MOUNTS) -> str | None:
    """The type of the file system the folder lies on; None where the system does not tell."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    best, kind = -1, None
    for line in lines:
        _, mount, this_kind, *_ = line.split(" ")
        point = Path(mount.replace("\\040", " "))
        if folder.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), this_kind
    return kind


class FolderLock:
    """Held by `winback up` as long as it lives; the system lets it go when the process dies, however it dies."""

    def __init__(self, folder: Path) -> None:
        path = folder / "winback.lock"
        path.touch(mode=0o600)
        self._file: IO[str] = path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.seek(0)
            other = self._file.read().strip() or "unknown"
            self._file.close()
            raise Refused(
                f"another `winback up` (process {other}) uses the data folder {folder}: stop it, or choose --data-dir"
            ) from error
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        self._file.close()
