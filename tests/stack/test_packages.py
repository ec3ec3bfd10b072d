"""What lies in the functions' packages: all that they import, nothing else, and the same bytes every time."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest

from infra.packages import PACKAGES, Package, build, size
from infra.target import Target

pytestmark = pytest.mark.xdist_group("stack")
EVERY_PACKAGE = pytest.mark.parametrize("package", PACKAGES, ids=[package.name for package in PACKAGES])
OF_LAMBDA = ("boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "six", "urllib3")
"""What Lambda's Python has of its own."""
START = """
import importlib, json, sys
sys.path[:0] = json.loads(sys.argv[1])
from winback.runtime import lambdas
for name in json.loads(sys.argv[2]):
    assert callable(getattr(lambdas, name))
loaded = [module.__file__ for module in list(sys.modules.values()) if getattr(module, "__file__", None)]
print(json.dumps(loaded))
"""


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    for package in PACKAGES:
        build(package, Target.host(), folder)
    link_lambdas_own(folder / "lambda")
    return folder


def link_lambdas_own(folder: Path) -> None:
    """boto3 and what it needs, and nothing beside them."""
    folder.mkdir()
    for name in OF_LAMBDA:
        found = distribution(name)
        for top in {file.parts[0] for file in found.files or ()} - {"..", "__pycache__"}:
            (folder / top).symlink_to(Path(str(found.locate_file(top))))


def started(package: Package, dist: Path, script: str = START) -> str:
    """What a clean interpreter says that finds the package, Lambda's own and the standard library."""
    paths = json.dumps([str(dist / package.name), str(dist / "lambda")])
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", script, paths, json.dumps(package.functions)],
        env={"PYTHONTZPATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@EVERY_PACKAGE
def test_a_package_holds_all_that_its_functions_import(dist: Path, package: Package) -> None:
    loaded = json.loads(started(package, dist))
    assert any(str(dist / package.name) in file for file in loaded)


@EVERY_PACKAGE
def test_a_package_holds_no_module_of_ours_that_its_functions_do_not_import(dist: Path, package: Package) -> None:
    loaded = set(json.loads(started(package, dist)))
    ours = (dist / package.name / "winback").rglob("*.py")
    assert [str(path) for path in ours if str(path) not in loaded] == []


@EVERY_PACKAGE
def test_what_is_imported_only_when_it_is_needed_is_in_the_package_too(dist: Path, package: Package) -> None:
    here = dist / package.name
    missing = {
        name
        for path in (here / "winback").rglob("*.py")
        for name in imported_inside_functions(path)
        if not (here / Path(*name.split("."))).with_suffix(".py").exists()
        and not (here / Path(*name.split(".")) / "__init__.py").exists()
    }
    assert missing == set()


def imported_inside_functions(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        for node in ast.walk(function):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("winback"):
                yield node.module or ""


@pytest.mark.parametrize("name", ["email-processor", "backend"])
def test_a_time_zone_is_known_where_the_system_knows_none(dist: Path, name: str) -> None:
    script = (
        'import json, sys; sys.path[:0] = json.loads(sys.argv[1])\nimport zoneinfo; zoneinfo.ZoneInfo("Europe/Berlin")'
    )
    (package,) = [package for package in PACKAGES if package.name == name]
    started(package, dist, script)


def test_the_stream_processor_is_small_and_all_ours(dist: Path) -> None:
    folder = dist / "stream-processor"
    assert [path.name for path in folder.iterdir()] == ["winback"]
    assert size(folder) < 2_000_000


@pytest.mark.parametrize("part", ["cli", "adapters/local", "adapters/memory", "sample"])
def test_nothing_of_one_machine_is_in_a_package(dist: Path, part: str) -> None:
    assert not [package.name for package in PACKAGES if (dist / package.name / "winback" / part).exists()]


@EVERY_PACKAGE
def test_the_same_sources_give_the_same_files_modes_and_times(dist: Path, package: Package, tmp_path: Path) -> None:
    assert contents(build(package, Target.host(), tmp_path)) == contents(dist / package.name)


@EVERY_PACKAGE
def test_no_compiled_file_and_no_note_of_an_installer_is_in_a_package(dist: Path, package: Package) -> None:
    names = {path.name for path in (dist / package.name).rglob("*")}
    assert not names & {"__pycache__", "RECORD", "INSTALLER", "direct_url.json", ".lock", "bin"}


def contents(folder: Path) -> dict[str, tuple[bytes, int, float]]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mode, path.stat().st_mtime) for path in files
    }


def test_wheels_are_taken_for_the_targets_processor_and_not_for_this_one() -> None:
    assert Target("3.13", "arm64").platform == "aarch64-manylinux_2_28"
    assert Target("3.13", "x86_64").platform == "x86_64-manylinux_2_28"


def test_an_emulator_is_built_for_as_it_runs_functions_itself() -> None:
    asked = {"LAMBDA_PYTHON": "3.12", "LAMBDA_ARCHITECTURE": "x86_64"}
    assert Target.asked_for(asked) == Target("3.12", "x86_64")
    assert Target.asked_for({**asked, "AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}) == Target.host()
