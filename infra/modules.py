"""Which of our modules are loaded when some of them are imported, found out by importing them."""

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_ASK: Final = """
import importlib, json, sys
sources, entries = json.loads(sys.argv[1])
sys.path.insert(0, sources)
for entry in entries:
    importlib.import_module(entry)
files = (module.__file__ for name, module in sys.modules.items() if name.partition(".")[0] == "winback")
print(json.dumps(sorted(files)))
"""


def imported_by(entries: Iterable[str], sources: Path) -> list[Path]:
    """The files of the modules, theirs included, in a process of its own: this one has loaded others."""
    question = json.dumps([str(sources), list(entries)])
    asked = subprocess.run(
        [sys.executable, "-P", "-B", "-c", _ASK, question], stdout=subprocess.PIPE, text=True, check=True
    )
    return [Path(file) for file in json.loads(asked.stdout)]
