"""The entry points of the functions on AWS, each under the name the stack knows it by.

Lambda asks this module for one of them while a function starts, with a whole processor at hand: only what that one
needs is loaded.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from winback.runtime.functions.backend import handler as backend
    from winback.runtime.functions.email_processor import handler as email_processor
    from winback.runtime.functions.stream_processor import handler as stream_processor
    from winback.runtime.functions.sweep import handler as sweep

__all__ = ["backend", "email_processor", "stream_processor", "sweep"]
FUNCTIONS: Final = ("stream_processor", "email_processor", "sweep", "backend")


def __getattr__(name: str) -> Any:
    if name not in FUNCTIONS:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return import_module(f"winback.runtime.functions.{name}").handler
