"""Records that could not be relayed, once more through the relay: when a person says that the fault is mended."""

from collections.abc import Container
from dataclasses import dataclass, replace
from datetime import datetime

from winback.adapters.aws.unrelayed import Unrelayed
from winback.bootstrap import Relaying
from winback.runtime.log import Observer
from winback.runtime.relaying import relay_records


@dataclass(frozen=True, slots=True)
class Again:
    """How many batches were relayed now, how many still could not be, and how many nobody can read."""

    relayed: int = 0
    left: int = 0
    unreadable: int = 0


def relay_again(
    relaying: Relaying, unrelayed: Unrelayed, now: datetime, observe: Observer, keys: Container[str] | None = None
) -> Again:
    """All of the bucket's batches, or those under these keys; what was not relayed stays there."""
    again = Again()
    for key in [name for name in unrelayed.names() if keys is None or name in keys]:
        batch = unrelayed.batch(key)
        if batch.records is None:
            again = replace(again, unreadable=again.unreadable + 1)
        elif relay_records(relaying, batch.records, now, observe) is not None:
            again = replace(again, left=again.left + 1)
        else:
            unrelayed.forget(key)
            again = replace(again, relayed=again.relayed + 1)
    return again
