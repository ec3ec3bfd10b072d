"""The CDK's command line; against an emulator, the one that knows how to speak to it."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).resolve().parent


def cdk(env: Mapping[str, str], *arguments: str) -> None:
    """Raises ValueError if it fails; it has said why by then."""
    program = "cdklocal" if env.get("AWS_ENDPOINT_URL") else "cdk"
    command = [str(FOLDER / "node_modules" / ".bin" / program), *arguments]
    done = subprocess.run(command, cwd=FOLDER, env=_environment(env), check=False)
    if done.returncode:
        raise ValueError(f"the CDK failed: cdk {' '.join(arguments)}")


def _environment(env: Mapping[str, str]) -> dict[str, str]:
    found = {**env, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{env.get('PATH', '')}"}  # where Node is
    if endpoint := env.get("AWS_ENDPOINT_URL"):
        found.setdefault("AWS_ENDPOINT_URL_S3", endpoint)
        # cdklocal takes away what it was not told of, the emulator's certificate and region among it.
        found["AWS_ENVAR_ALLOWLIST"] = ",".join(name for name in found if name.startswith("AWS_"))
    return found
