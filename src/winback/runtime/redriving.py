"""Records that could not be relayed, once more through the relay: when a person says that the fault is mended."""

from collections.abc import Container
from datetime import datetime

from winback.adapters.aws.unrelayed import Unrelayed
from winback.bootstrap import Relaying
from winback.runtime.log import Observer
from winback.runtime.relaying import relay_records


def relay_again(
    relaying: Relaying, unrelayed: Unrelayed, now: datetime, observe: Observer, keys: Container[str] | None = None
) -> tuple[int, int]:
    """How many of the bucket's batches, or of those under these keys, were relayed now, and how many stay there."""
    done = left = 0
    for key in [name for name in unrelayed.names() if keys is None or name in keys]:
        batch = unrelayed.batch(key)
        if batch.records is None or relay_records(relaying, batch.records, now, observe) is not None:
            left += 1
        else:
            unrelayed.forget(key)
            done += 1
    return done, left
