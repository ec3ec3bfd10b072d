"""Health: whether Winback and what it depends on work. Read by anybody, so it holds nothing personal."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from winback import __version__
from winback.domain.instant import iso
from winback.pipeline import EMAIL_QUEUE
from winback.ports import QueueState, World
from winback.steps.present import current_switch


class Served(Protocol):
    """Whatever has a world: one machine, or the functions on AWS."""

    @property
    def world(self) -> World: ...


class Status(StrEnum):
    OK = "ok"
    FAILING = "failing"


class _Shown(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Store(_Shown):
    status: Status


class Queue(_Shown):
    """`in_work` counts what was put off for a while too. Counting stops at 1000: so many or more."""

    status: Status
    waiting: int | None = None
    in_work: int | None = None
    dead: int | None = None
    oldest_at: str | None = None


class Composer(_Shown):
    """`remote`: whether it asks a model elsewhere."""

    status: Status
    remote: bool


class Sender(_Shown):
    """Failing: it cannot send now by its own fault; e-mails wait until `next_try_at`."""

    status: Status
    kind: str
    next_try_at: str | None = None


class Dependencies(_Shown):
    store: Store
    queue: Queue
    composer: Composer
    sender: Sender


class Sending(_Shown):
    """Why it is off stands in `winback status`: what a person wrote is not for anybody."""

    on: bool


class Health(_Shown):
    """Failing: nothing is worked off. A sender that is ill or a pause is none: e-mails wait, nothing is lost."""

    status: Status
    version: str = __version__
    runtime: str
    why: str | None = None
    dependencies: Dependencies
    sending: Sending | None = None

    @property
    def ok(self) -> bool:
        return self.status is Status.OK


def health_of(served: Served, fault: BaseException | None, runtime: str) -> Health:
    """`fault` is what stopped the runner: its type alone is told."""
    world, now = served.world, served.world.clock.now()
    try:
        switch, queue = current_switch(world), world.topic.state(EMAIL_QUEUE, now)
    except Exception as error:  # whatever it is, it is an answer to the question
        return _failing(world, now, fault or error, runtime)
    return Health(
        status=Status.FAILING if fault else Status.OK,
        runtime=runtime,
        why=_why(fault),
        dependencies=_dependencies(world, queue, now),
        sending=Sending(on=switch.sending),
    )


def _failing(world: World, now: datetime, error: BaseException, runtime: str) -> Health:
    dependencies = _dependencies(world, None, now)
    return Health(status=Status.FAILING, runtime=runtime, why=_why(error), dependencies=dependencies)


def _dependencies(world: World, queue: QueueState | None, now: datetime) -> Dependencies:
    of_store = Status.OK if queue else Status.FAILING
    return Dependencies(
        store=Store(status=of_store),
        queue=_queue(queue) if queue else Queue(status=of_store),
        composer=Composer(status=Status.OK, remote=world.composer.remote),
        sender=_sender(world, now),
    )


def _queue(state: QueueState) -> Queue:
    oldest = iso(state.oldest_at) if state.oldest_at else None
    return Queue(status=Status.OK, waiting=state.waiting, in_work=state.in_work, dead=state.dead, oldest_at=oldest)


def _sender(world: World, now: datetime) -> Sender:
    """What the server said stays in the log: it may say more than anybody may read."""
    ill = world.mailer.ill_until(now)
    return Sender(
        status=Status.FAILING if ill else Status.OK,
        kind=str(world.mailer.kind),
        next_try_at=iso(ill[0]) if ill else None,
    )


def _why(fault: BaseException | None) -> str | None:
    return f"Winback cannot work: {type(fault.__cause__ or fault).__name__}; see `winback logs`" if fault else None
