"""A Winback on the emulator of AWS, as the stack makes it, with a policy that holds nobody back."""

from dataclasses import replace
from datetime import UTC, datetime

from aws.deployed import Deployed, deployed
from aws.emulated import made_clients
from benchmarks.shop import NOBODY_HELD_BACK
from winback.adapters.memory import FixedClock
from winback.bootstrap import aws, relaying
from winback.domain.switch import Switch
from winback.ports import Add


def opened() -> Deployed:
    """Sending is on; its functions' clients are theirs alone, so that nobody else's calls are counted as theirs."""
    shop = deployed(FixedClock(datetime.now(UTC)))
    shop.aws.store.commit(Add(NOBODY_HELD_BACK), Add(Switch(by="benchmark")))
    clients = made_clients()
    own = aws(shop.settings, clients)
    shop.aws = replace(own, world=replace(own.world, clock=shop.clock))
    shop.relaying = replace(relaying(shop.settings, clients), clock=shop.clock)
    return shop
