"""What is put into the functions: of our modules those that they import, and of others' what they need.

`python -m infra.packages NAME…` builds into dist/NAME. boto3 is not in them: Lambda's Python has it.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from infra.modules import imported_by
from infra.target import Target
from infra.tidy import tidy

ROOT: Final = Path(__file__).resolve().parent.parent
DIST: Final = ROOT / "dist"


@dataclass(frozen=True, slots=True)
class Package:
    """`functions` are modules of `winback.runtime.functions`; what they import of others is the dependency group of the
    package's name.
    """

    name: str
    functions: tuple[str, ...]


PACKAGES: Final = (
    Package("stream-processor", ("stream_processor",)),
    Package("email-processor", ("email_processor", "sweep")),
    Package("backend", ("backend",)),
)


def build(package: Package, target: Target, dist: Path = DIST) -> Path:
    """The package's folder, made anew. The same sources and the same lock give the same bytes."""
    folder = dist / package.name
    fresh = dist / f".{package.name}"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    _copy_ours(package, fresh)
    _install(package.name, target, fresh)
    tidy(fresh)
    shutil.rmtree(folder, ignore_errors=True)
    return fresh.rename(folder)


def size(folder: Path) -> int:
    """Bytes of all files of a package."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _copy_ours(package: Package, folder: Path) -> None:
    entries = ["winback.runtime.lambdas", *(f"winback.runtime.functions.{name}" for name in package.functions)]
    sources = ROOT / "src"
    for path in sorted(_with_what_lies_beside(imported_by(entries, sources))):
        copy = folder / path.relative_to(sources)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)


def _with_what_lies_beside(modules: Iterable[Path]) -> set[Path]:
    """The modules, and for each package among them its files that are no modules: templates, texts."""
    found = set(modules)
    for package in [path.parent for path in found if path.name == "__init__.py"]:
        found.update(_files_of(package))
    return found


def _files_of(package: Path) -> Iterable[Path]:
    for path in package.iterdir():
        if path.is_dir() and path.name != "__pycache__" and not (path / "__init__.py").exists():
            yield from (each for each in path.rglob("*") if each.is_file())
        elif path.is_file() and path.suffix not in {".py", ".pyc"}:
            yield path


def _install(group: str, target: Target, folder: Path) -> None:
    """The very files of the lock, chosen for the target."""
    with TemporaryDirectory() as temporary:
        lock = Path(temporary) / "pylock.toml"
        _uv("export", "--quiet", "--frozen", "--only-group", group, "--format", "pylock.toml", "--output-file", lock)
        _uv(
            *("pip", "install", "--quiet", "--preview-features", "pylock", "--target", folder, "--requirements", lock),
            *("--python", sys.executable, "--python-version", target.python, "--python-platform", target.platform),
            *("--only-binary", ":all:"),
        )


def _uv(*arguments: str | Path) -> None:
    beside = Path(sys.executable).with_name("uv")
    subprocess.run([beside, *arguments], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)


def main() -> None:
    names = [package.name for package in PACKAGES]
    asked = set(sys.argv[1:] or names)
    if unknown := asked.difference(names):
        sys.exit(f"winback: {', '.join(sorted(unknown))}: is no package; allowed: {', '.join(names)}")
    target = Target.asked_for(os.environ)
    for package in PACKAGES:
        if package.name in asked:
            print(f"dist/{package.name}: {size(build(package, target)) / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
