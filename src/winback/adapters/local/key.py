"""The key of the mailbox hash: made on first start, kept beside the store for its owner alone."""

import os
import secrets
from pathlib import Path

from winback.domain.errors import Refused

FILE_NAME = "mailbox.key"
LENGTH = 32


def mailbox_key(folder: Path) -> bytes:
    """The folder's key. Raises Refused if it is damaged: with another key every suppression would be forgotten."""
    path = folder / FILE_NAME
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        return _made(path)
    except ValueError:
        key = b""
    if len(key) != LENGTH:
        raise Refused(f"{path} is damaged: put the file from a backup back, or nobody's suppression would be known")
    return key


def _made(path: Path) -> bytes:
    key = secrets.token_bytes(LENGTH)
    fresh = path.with_name(f"{FILE_NAME}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(key.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)  # unlike a rename, never replaces the key that another process just made
        _sync(path.parent)
    except FileExistsError:
        return mailbox_key(path.parent)
    finally:
        fresh.unlink(missing_ok=True)
    return key


def _sync(folder: Path) -> None:
    """The name too must outlive a power cut: a key made anew would know nobody's suppression."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
