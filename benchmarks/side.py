"""One side of one round, in a process of its own: `python -m benchmarks.side MODULE SIDE SIZE OWN SHARED SUBJECT`.

Its last line on standard output is what it measured, as JSON.
"""

import importlib
import json
import resource
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

from benchmarks.measured import Measured, Missing, Place

MISSING: Final = 3
_BYTES: Final = 1 if sys.platform == "darwin" else 1024


def main(module: str, side: str, size: str, own: str, shared: str, subject: str) -> int:
    act = getattr(importlib.import_module(module), side)
    try:
        measured = act(Place(Path(own), Path(shared), int(size), subject))
    except Missing as missing:
        print(missing, file=sys.stderr)
        return MISSING
    if isinstance(measured, Measured):
        print(json.dumps(asdict(replace(measured, peak_mb=measured.peak_mb or _peak_mb()))))
    return 0


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _BYTES / 1e6


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
