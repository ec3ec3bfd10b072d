"""Settings → World. The only place that chooses adapters.

Each is loaded when it is asked for: one machine needs no package of AWS, a function on AWS no SQLite.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from winback.bootstrap.aws_deployment import Deployment
    from winback.bootstrap.aws_relaying import Relaying, relaying
    from winback.bootstrap.aws_world import Aws, aws
    from winback.bootstrap.local_world import Local, local

__all__ = ["Aws", "Deployment", "Local", "Relaying", "aws", "local", "relaying"]
_HOMES: Final = {
    "Aws": "aws_world",
    "aws": "aws_world",
    "Deployment": "aws_deployment",
    "Relaying": "aws_relaying",
    "relaying": "aws_relaying",
    "Local": "local_world",
    "local": "local_world",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
