"""The gate: the checks a draft must pass before it becomes an e-mail, and again on the day it leaves."""

from collections.abc import Callable, Iterable
from typing import Final

from winback.compose.checks import claims, facts, form, time
from winback.compose.checks.fault import GateFault
from winback.domain.brief import Brief
from winback.domain.draft import Draft

__all__ = ["CHECKS", "Check", "GateFault", "faults"]

Check = Callable[[Draft, Brief], Iterable[GateFault]]
CHECKS: Final[tuple[Check, ...]] = (*form.CHECKS, *facts.CHECKS, *time.CHECKS, *claims.CHECKS)


def faults(draft: Draft, brief: Brief) -> list[GateFault]:
    """Everything wrong with the draft, empty if it may be sent as what the brief says today.

    A draft of some days ago passes against a fresh brief exactly as long as all it says is still so.
    """
    return [fault for check in CHECKS for fault in check(draft, brief)]
