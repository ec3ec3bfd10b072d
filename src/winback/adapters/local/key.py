"""The key of the mailbox hash: made on first start, kept beside the store for its owner alone."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from winback.adapters.local.store import LocalStore
from winback.domain.errors import Refused

FILE_NAME = "mailbox.key"
LENGTH = 32
_FACT = "fingerprint of mailbox.key"
_NOTE = "INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING"
_MEND = "put mailbox.key from the old folder or a backup beside winback.db"


def key_of(store: LocalStore, folder: Path) -> bytes:
    """The folder's key, which the store keeps to from its first start on. Raises Refused if it is missing or another:
    every suppression would be forgotten."""
    path = folder / FILE_NAME
    if _known(store) is not None and not path.exists():
        raise Refused(f"{path} is missing, and without it nobody's suppression is known: {_MEND}")
    key = mailbox_key(folder)
    fingerprint = _fingerprint(key)
    if _known(store) is None:
        store.execute(_NOTE, _FACT, fingerprint)
    if _known(store) != fingerprint:
        raise Refused(f"{path} is not the key of this store, by which suppressions are known: {_MEND}")
    return key


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


def _known(store: LocalStore) -> str | None:
    """The fingerprint of the key the store was first used with."""
    rows = store.rows("fact", _FACT)
    return str(rows[0][0]) if rows else None


def _fingerprint(key: bytes) -> str:
    """Says which key it is and nothing of the key; no hash of an address, since no address is without an @."""
    return hmac.new(key, _FACT.encode(), hashlib.sha256).hexdigest()


def _sync(folder: Path) -> None:
    """The name too must outlive a power cut: a key made anew would know nobody's suppression."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
