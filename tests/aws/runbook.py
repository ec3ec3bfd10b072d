"""The commands of docs/runbook.md, block by block, as a person types them into one shell after the other."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
RUNBOOK: Final = ROOT / "docs" / "runbook.md"
_SECONDS: Final = 240
_BLOCK: Final = re.compile(r"^```bash\n(.*?)^```", re.MULTILINE | re.DOTALL)
_NAME: Final = re.compile(r"^([A-Z_]+)=\$\(output", re.MULTILINE)
# What `make test` has set up is there: no command may set it up anew below the feet of a running test. And the first
# version of AWS's command line asks its own endpoint for queues, whatever the environment says.
_SHELL: Final = """
make() { command make -o .venv/.made -o .venv/.ready-to-deploy -o infra/node_modules/.ready "$@"; }
aws() { command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }
"""


@dataclass
class Runbook:
    """`run` finds a block by a part of it and tells what it printed; `left` are those that were not run yet."""

    environment: Mapping[str, str]
    blocks: tuple[str, ...] = field(default_factory=lambda: tuple(_BLOCK.findall(RUNBOOK.read_text(encoding="utf-8"))))
    _run: set[str] = field(default_factory=set)

    def run(self, part: str, **settings: str) -> str:
        """Raises AssertionError with what was said if a command fails."""
        block = self._block(part)
        self._run.add(block)
        return self.shell(("" if "make" in block else self._names) + block, settings)

    def shell(self, script: str, settings: Mapping[str, str] | None = None) -> str:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", _SHELL + script],
            cwd=ROOT,
            env={**_plain_environment(), **self.environment, **(settings or {})},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{script}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def output(self, name: str) -> str:
        """Of the stack."""
        return self.shell(f"{self._names}output {name}").strip()

    @property
    def left(self) -> list[str]:
        return [block for block in self.blocks if block not in self._run]

    @cached_property
    def _names(self) -> str:
        """What the block of names leaves behind in a shell."""
        block = self._block("output() {")
        self._run.add(block)
        return self.shell(f"{block}\ndeclare -f output\ndeclare -p {' '.join(_NAME.findall(block))}")

    def _block(self, part: str) -> str:
        (found,) = {block for block in self.blocks if part in block}
        return found


def _plain_environment() -> dict[str, str]:
    """Without what belongs to the run of the tests, or to somebody's own account."""
    foreign = ("AWS_", "COV_", "MAKE", "MFLAGS", "OPENROUTER_", "PYTEST_", "WINBACK_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {**kept, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}", "ENV_DEPLOY": os.devnull}
