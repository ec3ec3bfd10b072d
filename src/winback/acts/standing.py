"""How things stand: sending, the queue, what waits; each figure from an index, counted up to a limit."""

from dataclasses import dataclass
from datetime import datetime

from winback.domain.email import EmailStatus
from winback.domain.switch import Switch
from winback.pipeline import EMAIL_QUEUE
from winback.ports import MOST_COUNTED, QueueState, World
from winback.steps.present import current_switch


@dataclass(frozen=True, slots=True)
class Standing:
    """`unsure` e-mails wait for a person; `at_risk` clients, of whom `backlog` are held until released."""

    switch: Switch
    queue: QueueState
    unsure: int
    at_risk: int
    backlog: int


def standing(world: World, now: datetime) -> Standing:
    at_risk = world.store.contacts(at_risk=True, due_before=None, limit=MOST_COUNTED, cursor=None).items
    return Standing(
        switch=current_switch(world),
        queue=world.topic.state(EMAIL_QUEUE, now),
        unsure=len(world.store.emails(EmailStatus.UNSURE, MOST_COUNTED, None).items),
        at_risk=len(at_risk),
        backlog=sum(contact.backlog is not None for contact in at_risk),
    )
