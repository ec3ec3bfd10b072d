"""Which Python on which processor a package is for."""

import platform
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

PYTHON: Final = "3.13"
ARCHITECTURE: Final = "arm64"
# The functions run on Amazon Linux 2023, whose C library is newer than this; wheels for a newer one are rare.
_SYSTEM: Final = "manylinux_2_28"
_UV_CALLS_IT: Final = {"arm64": "aarch64", "x86_64": "x86_64"}
_MACHINE_CALLS_IT: Final = {"arm64": "arm64", "aarch64": "arm64", "x86_64": "x86_64", "AMD64": "x86_64"}


@dataclass(frozen=True, slots=True)
class Target:
    """`architecture` by Lambda's name for it."""

    python: str = PYTHON
    architecture: str = ARCHITECTURE

    def __post_init__(self) -> None:
        if not re.fullmatch(r"3\.\d{2}", self.python):
            raise ValueError(f"python {self.python}: is no version of Python; allowed: such as {PYTHON}")
        if self.architecture not in _UV_CALLS_IT:
            raise ValueError(f"architecture {self.architecture}: allowed: {', '.join(_UV_CALLS_IT)}")

    @classmethod
    def asked_for(cls, env: Mapping[str, str]) -> Self:
        """LAMBDA_PYTHON and LAMBDA_ARCHITECTURE say it; an emulator's functions run on this machine."""
        if env.get("AWS_ENDPOINT_URL"):
            return cls.host()
        return cls(env.get("LAMBDA_PYTHON") or PYTHON, env.get("LAMBDA_ARCHITECTURE") or ARCHITECTURE)

    @classmethod
    def host(cls) -> Self:
        version = sys.version_info
        return cls(f"{version.major}.{version.minor}", _MACHINE_CALLS_IT[platform.machine()])

    @property
    def platform(self) -> str:
        """What the platform is called where wheels are."""
        return f"{_UV_CALLS_IT[self.architecture]}-{_SYSTEM}"
