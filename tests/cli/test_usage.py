"""How the command line answers what it does not understand, and what goes with every command."""

import subprocess
from pathlib import Path

import pytest

from builders import an_item
from command_line import PROGRAM, winback
from winback import __version__
from winback.cli.main import COMMANDS, loaded

WRONG = [
    "frobnicate",
    "users",
    "users lst",
    "users put",
    "users list --limit many",
    "users list --limit 0",
    "users list --due-within soon",
    "users list --at-risk --due-within 7d",
    "users show",
    "users hold u-1 --until tomorrow --why x",
    "users hold u-1 --why x",
    "emails list --status LOST",
    "emails resolve e-1",
    "emails resolve e-1 --sent --not-sent",
    "emails show e-1 --html --text",
    "policy set threshold",
    "logs frontend",
    "logs --since yesterday",
    "sweep --on never",
    "up --port abc",
    "up --port 0",
    "status --runtime gcp",
    "up --runtime aws",
    "status --data-dir",
    "status --nonsense",
]
FAILED = [
    "users show nobody",
    "users delete nobody",
    "users hold nobody --until 2999-01-01 --why x",
    "users hold u-1 --until 2020-01-01 --why x",
    "users release u-1",
    "explain nobody",
    "emails show e-nope",
    "emails resolve e-nope --sent",
    "policy set threshold=500",
    "policy set noSuchField=1",
    "dead-letters redrive 17",
    "outputs",
    "rotate-key",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("usage") / "data"
    assert winback("users", "put", str(an_item()).replace("'", '"'), "--data-dir", folder).code == 0
    return folder


@pytest.mark.parametrize("line", WRONG)
def test_wrong_usage_is_one_line_and_exit_code_2(folder: Path, line: str) -> None:
    ran = winback(*line.split(), env={"WINBACK_DATA_DIR": str(folder)})
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("winback: ")
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("line", FAILED)
def test_what_cannot_be_done_is_one_line_and_exit_code_1(folder: Path, line: str) -> None:
    ran = winback("--data-dir", folder, *line.split())
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("winback: ")
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("line", ["status", "users list", "explain u-1", "emails list", "sweep", "dead-letters list"])
def test_a_folder_without_a_store_is_not_made_by_looking(tmp_path: Path, line: str) -> None:
    ran = winback(*line.split(), "--data-dir", tmp_path / "typo")
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "choose --data-dir" in ran.err
    assert not (tmp_path / "typo").exists()


def test_a_file_that_is_no_store_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "winback.db").write_bytes(b"no database, only text " * 100)
    ran = winback("status", "--data-dir", tmp_path)
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "file is not a database" in ran.err


def test_a_misspelt_setting_is_told_in_one_line(folder: Path) -> None:
    ran = winback("status", "--data-dir", folder, env={"WINBACK_SENDR": "smtp"})
    assert (ran.code, ran.err) == (2, "winback: WINBACK_SENDR: is no setting; did you mean WINBACK_SENDER?\n")


def test_what_only_aws_has_is_said_in_one_line_on_one_machine(folder: Path) -> None:
    assert "what is deployed on AWS" in winback("outputs", "--data-dir", folder).err
    told = winback("rotate-key", env={"OPENROUTER_API_KEY": "sk-or-hush"})
    assert "OPENROUTER_API_KEY in the environment" in told.err
    assert "hush" not in told.out + told.err


@pytest.mark.parametrize(
    "args",
    [
        ["--data-dir", "{}", "--runtime", "local", "users", "list"],
        ["users", "--data-dir={}", "list"],
        ["users", "list", "--runtime=local", "--data-dir", "{}"],
    ],
)
def test_the_global_options_stand_before_or_after_the_command(folder: Path, args: list[str]) -> None:
    ran = winback(*(arg.format(folder) for arg in args), env={"WINBACK_DATA_DIR": "/no/such/folder"})
    assert ran.code == 0


def test_a_command_that_nobody_named_is_answered_with_help() -> None:
    assert winback().out == winback("--help").out
    assert winback("--version").out == f"winback {__version__}\n"


def test_every_command_has_help_with_an_example_and_names_the_global_options() -> None:
    for name in COMMANDS:
        groups = getattr(loaded(name), "commands", {})
        for words in [[name, each] for each in groups] or [[name]]:
            ran = winback(*words, "--help")
            assert ran.code == 0
            assert f"  winback {' '.join(words)}" in ran.out.partition("\n\n")[2], words
            assert "--data-dir DIR" in ran.out


def test_help_comes_without_loading_the_store() -> None:
    code = "import sys; from winback.cli.main import main; main(['--help']); print('winback.bootstrap' in sys.modules)"
    ran = subprocess.run([PROGRAM[0], "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.endswith("False\n")


def test_a_reader_that_has_read_enough_is_no_error(folder: Path) -> None:
    shell = f"{' '.join(PROGRAM)} policy show --data-dir {folder} | head -1"
    ran = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=True)
    assert (ran.stdout.startswith("FIELD"), ran.stderr) == (True, "")
