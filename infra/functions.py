"""The functions, what starts each, and what each may do: what is not said here, it may not."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda_event_sources as sources
from constructs import Construct

from infra import access
from infra.options import Options
from infra.parts import Parts
from infra.streams import follow, may_follow
from infra.worker import Worker
from winback.adapters.aws.tables import LEDGER_TOLD
from winback.pipeline import EMAIL_QUEUE

HANDLERS: Final = "winback.runtime.lambdas"
LONGEST_RUN: Final = Duration.minutes(2)
"""Shorter than a claim's lease: whoever still holds a claim when the lease ends is dead."""
BATCH: Final = 5
MOST_AT_ONCE: Final = 5
"""So many e-mail processors at most: a flood of changes waits on the queue, and not at the provider's door."""


class Functions(Construct):
    def __init__(self, scope: Construct, name: str, *, parts: Parts, packages: Path, options: Options) -> None:
        super().__init__(scope, name)
        self._parts, self._packages, self._options = parts, packages, options
        self._environment = {**options.environment, **parts.names()}
        self.stream_processor = self._stream_processor()
        self.email_processor = self._email_processor()
        self.sweep = self._sweep()
        self.backend = self._backend()

    @property
    def all(self) -> Sequence[Worker]:
        return (self.stream_processor, self.email_processor, self.sweep, self.backend)

    def _stream_processor(self) -> Worker:
        """Every change of the three tables, in order, to the topic."""
        worker = self._worker("StreamProcessor", "stream-processor", "stream_processor", memory=256)
        tables, given_up = self._parts.tables, self._parts.storage.unrelayed
        access.get(worker, tables.users, tables.ledger)
        access.publish(worker, self._parts.messaging)
        access.mailbox_key(worker, self._parts.secrets)
        may_follow(worker, [tables.users, tables.emails, tables.ledger], given_up)
        follow(worker, "Users", tables.users, given_up)
        follow(worker, "Emails", tables.emails, given_up)
        follow(worker, "Ledger", tables.ledger, given_up, LEDGER_TOLD)
        return worker

    def _email_processor(self) -> Worker:
        """The pipeline's arrows, for every message of the e-mail queue."""
        worker = self._worker("EmailProcessor", "email-processor", "email_processor", memory=512)
        lane = self._parts.messaging.lanes[EMAIL_QUEUE]
        access.decide(worker, self._parts)
        access.deliver(worker, self._parts, self._options)
        access.give_up(worker, lane)
        worker.function.add_event_source(
            sources.SqsEventSource(
                lane.queue, batch_size=BATCH, max_concurrency=MOST_AT_ONCE, report_batch_item_failures=True
            )
        )
        return worker

    def _sweep(self) -> Worker:
        """Once a minute: whose day has come."""
        worker = self._worker("Sweep", "email-processor", "sweep", memory=256)
        access.sweep(worker, self._parts)
        events.Rule(
            self,
            "EveryMinute",
            schedule=events.Schedule.rate(Duration.minutes(1)),
            targets=[targets.LambdaFunction(worker.function, retry_attempts=0)],  # the next minute comes anyway
        )
        return worker

    def _backend(self) -> Worker:
        worker = self._worker("Backend", "backend", "backend", memory=512)
        access.health(worker, self._parts)
        return worker

    def _worker(self, name: str, package: str, function: str, *, memory: int) -> Worker:
        return Worker(
            self,
            name,
            package=self._packages / package,
            handler=f"{HANDLERS}.{function}",
            timeout=LONGEST_RUN,
            memory=memory,
            environment=self._environment,
            options=self._options,
        )
