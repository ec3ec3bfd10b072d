import subprocess
import sys

import pytest

INSIDE = ["winback.domain", "winback.ports", "winback.compose", "winback.steps"]
VENDORS = {"sqlite3", "boto3", "fastapi", "httpx", "smtplib", "pydantic", "uvicorn", "typer", "rich"}
IMPORT_ALL = """
import importlib, pkgutil, sys
before = set(sys.modules)
for name in sys.argv[1:]:
    module = importlib.import_module(name)
    for found in pkgutil.walk_packages(getattr(module, "__path__", []), name + "."):
        importlib.import_module(found.name)
print(*sorted(set(sys.modules) - before))
"""


def imported_by(*rooms: str) -> set[str]:
    """Every module that importing all of these rooms brings into a fresh process."""
    command = [sys.executable, "-c", IMPORT_ALL, *rooms]
    return set(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())


@pytest.fixture(scope="module")
def inside() -> set[str]:
    return imported_by(*INSIDE)


def test_the_inside_knows_no_vendor(inside: set[str]) -> None:
    assert "winback.domain.user" in inside
    assert sorted(VENDORS & inside) == []


def test_the_inside_knows_no_outer_room_and_no_settings(inside: set[str]) -> None:
    outer = (
        "winback.adapters",
        "winback.api",
        "winback.cli",
        "winback.runtime",
        "winback.bootstrap",
        "winback.settings",
    )
    assert [name for name in sorted(inside) if name.startswith(outer)] == []


def test_the_domain_imports_the_standard_library_only() -> None:
    roots = {name.partition(".")[0] for name in imported_by("winback.domain")} - sys.stdlib_module_names
    # Python's own list leaves out the module of its build, whose name differs from machine to machine.
    assert [root for root in sorted(roots - {"winback"}) if not root.startswith("_sysconfigdata")] == []


def test_the_domain_knows_no_other_room() -> None:
    ours = {name for name in imported_by("winback.domain") if name.startswith("winback.")}
    assert [name for name in sorted(ours) if not name.startswith("winback.domain")] == []
