"""The key of the mailbox hash: one for a folder and for good."""

from pathlib import Path

import pytest

from processes.at_once import at_once
from winback.adapters.local.key import FILE_NAME, LENGTH, mailbox_key
from winback.domain.errors import Refused

MAKE = "from pathlib import Path\nfrom winback.adapters.local.key import mailbox_key"


def test_a_folder_keeps_its_key(tmp_path: Path) -> None:
    key = mailbox_key(tmp_path)
    assert len(key) == LENGTH
    assert mailbox_key(tmp_path) == key
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_two_folders_have_two_keys(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    assert mailbox_key(tmp_path) != mailbox_key(tmp_path / "other")


@pytest.mark.parametrize("content", [b"", b"00ff\n", b"no key at all\n", b"\xff\xfe" * 32, b"0" * 62, b"0" * 66])
def test_a_damaged_key_is_refused_in_one_line_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / FILE_NAME
    path.write_bytes(content)
    with pytest.raises(Refused, match=r"mailbox\.key is damaged: put the file from a backup back") as refused:
        mailbox_key(tmp_path)
    assert "\n" not in str(refused.value)
    assert path.read_bytes() == content


def test_processes_that_make_it_at_once_agree(tmp_path: Path) -> None:
    keys = at_once(MAKE, "print(mailbox_key(Path(sys.argv[1])).hex())", [[tmp_path]] * 6)
    assert {key.strip() for key in keys} == {mailbox_key(tmp_path).hex()}
