"""Settings → what relaying takes on AWS: far less than a world, so that the stream's function starts fast."""

from dataclasses import dataclass

from winback.adapters.aws.calls import Names
from winback.adapters.aws.clients import Clients
from winback.adapters.aws.publisher import SnsPublisher
from winback.adapters.aws.secrets import Secret, mailbox_key
from winback.adapters.aws.store import DynamoStore
from winback.adapters.clock import SystemClock
from winback.bootstrap.aws_names import key_secret, publisher, table_names
from winback.ports import Clock, Store
from winback.settings import Settings


@dataclass(frozen=True, slots=True)
class Relaying:
    """Whom the relay asks, whom it tells, and the names of the tables whose streams it reads."""

    store: Store
    publisher: SnsPublisher
    clock: Clock
    names: Names
    secret: Secret

    @property
    def key(self) -> bytes:
        """Read when it is needed: only an id that breaks the rules needs it."""
        return mailbox_key(self.secret.value())


def relaying(settings: Settings, clients: Clients | None = None) -> Relaying:
    """Raises Refused if a name is missing."""
    clients = clients or Clients()
    names = table_names(settings)
    return Relaying(
        store=DynamoStore(clients.dynamodb, names),
        publisher=publisher(settings, clients),
        clock=SystemClock(settings.clock_ahead),
        names=names,
        secret=key_secret(settings, clients),
    )
