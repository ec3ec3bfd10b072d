"""What a deployment is told: the environment, and what stands in `.env.deploy` or the file that ENV_DEPLOY names."""

from collections.abc import Mapping
from pathlib import Path

from infra.packages import ROOT

FILE = ROOT / ".env.deploy"


def deployment_environment(env: Mapping[str, str]) -> dict[str, str]:
    """Both together; a name in both has the environment's value, unless that is empty. Raises ValueError for a line
    that is none.
    """
    file = Path(env.get("ENV_DEPLOY") or FILE)
    written = file.read_text(encoding="utf-8") if file.exists() else ""
    found = _assignments(written, file.name)
    return {**found, **{name: value for name, value in env.items() if value or name not in found}}


def _assignments(text: str, file: str) -> dict[str, str]:
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip().removeprefix("export ").strip()
        if not bare or bare.startswith("#"):
            continue
        name, equals, value = bare.partition("=")
        if not equals or not name.strip().isidentifier():
            raise ValueError(f"{file}, line {number}: allowed: NAME=value, or # and a comment")  # the line may be a key
        found[name.strip()] = _unquoted(value.strip())
    return found


def _unquoted(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if quoted else value
