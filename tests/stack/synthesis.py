"""The real app, synthesised as the CDK does it: once for each stage in a test run's process."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from infra.packages import PACKAGES, ROOT
from stack.template import Template
from winback.adapters.aws.stack import STACK

A_KEY: Final = "sk-or-v1-not-a-real-key"
WITH_SES: Final = {
    "WINBACK_SENDER": "ses",
    "WINBACK_FROM": "Shop <post@shop.example>",
    "WINBACK_ONLY_TO": "shop.example",
}


@cache
def of_stage(stage: str) -> Template:
    """Prod sends by SES, dev into the outbox."""
    with TemporaryDirectory() as folder:
        synthesised = synthesise(Path(folder), stage, WITH_SES if stage == "prod" else {})
        assert synthesised.returncode == 0, synthesised.stderr
        return _read(Path(folder) / "out")


def synthesise(folder: Path, stage: str, settings: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """Into `out` below the folder; the packages hold next to nothing."""
    packages = folder / "packages"
    for package in PACKAGES:
        (packages / package.name).mkdir(parents=True)
        (packages / package.name / "nothing.py").touch()
    written = json.loads((ROOT / "infra" / "cdk.json").read_text())["context"]
    return subprocess.run(
        [sys.executable, "-P", "-m", "infra.app"],
        cwd=folder,
        env={
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "CDK_OUTDIR": str(folder / "out"),
            "CDK_CONTEXT_JSON": json.dumps({**written, "stage": stage, "packages": str(packages)}),
            "OPENROUTER_API_KEY": A_KEY,
            **settings,
        },
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def _read(folder: Path) -> Template:
    text = (folder / f"{STACK}.template.json").read_text()
    return Template(text, json.loads(text), json.loads((folder / "validation-report.json").read_text()))
