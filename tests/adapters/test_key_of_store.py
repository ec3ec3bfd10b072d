"""The store knows which key it was made with: another one would forget whom nobody may mail."""

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from winback.adapters.local.key import FILE_NAME, key_of
from winback.adapters.local.store import FILE_NAME as STORE_FILE
from winback.adapters.local.store import LocalStore
from winback.bootstrap import local
from winback.domain.errors import Refused
from winback.settings import Settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder that was used before."""
    folder = tmp_path / "data"
    local(Settings(data_dir=folder)).close()
    return folder


def opened(folder: Path) -> bytes:
    opened = local(Settings(data_dir=folder))
    opened.close()
    return opened.world.key


def test_a_store_opens_with_its_key_again(folder: Path) -> None:
    assert opened(folder) == opened(folder)


def test_a_store_that_never_knew_a_key_takes_the_one_of_its_folder(tmp_path: Path) -> None:
    with closing(LocalStore.open(tmp_path)) as store:
        assert key_of(store, tmp_path) == key_of(store, tmp_path)


def lost(folder: Path) -> None:
    (folder / FILE_NAME).unlink()


def exchanged(folder: Path) -> None:
    (folder / FILE_NAME).write_text("00" * 32 + "\n")


@pytest.mark.parametrize(("happened", "fault"), [(lost, "is missing"), (exchanged, "is not the key of this store")])
def test_without_its_key_a_store_is_refused_in_one_line_that_names_the_mend(
    folder: Path, happened: Callable[[Path], None], fault: str
) -> None:
    happened(folder)
    before = sorted(path.name for path in folder.glob("mailbox*"))
    with pytest.raises(Refused) as refused:
        opened(folder)
    mend = "put mailbox.key from the old folder or a backup beside winback.db"
    assert fault in str(refused.value)
    assert str(refused.value).endswith(mend)
    assert "\n" not in str(refused.value)
    assert sorted(path.name for path in folder.glob("mailbox*")) == before


def test_a_store_moved_alone_is_refused_until_its_key_follows(folder: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    moved.mkdir(mode=0o700)
    shutil.copy(folder / STORE_FILE, moved)
    with pytest.raises(Refused, match="is missing"):
        opened(moved)
    shutil.copy(folder / FILE_NAME, moved)
    assert opened(moved) == opened(folder)


def test_the_store_does_not_hold_the_key_itself(folder: Path) -> None:
    key = opened(folder)
    content = b"".join(path.read_bytes() for path in folder.glob(f"{STORE_FILE}*"))
    assert key not in content
    assert key.hex().encode() not in content
