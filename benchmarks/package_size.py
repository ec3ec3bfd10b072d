"""What a function's package takes, built as for AWS: ours and what of others it imports, unzipped."""

import time

from benchmarks.measured import Measured, Place
from infra.packages import PACKAGES, build, size
from infra.target import Target


def ours(place: Place) -> Measured:
    (package,) = (package for package in PACKAGES if package.name == place.subject)
    started = time.perf_counter()
    folder = build(package, Target(), place.own)
    return Measured(1, time.perf_counter() - started, {"bytes": size(folder)})
