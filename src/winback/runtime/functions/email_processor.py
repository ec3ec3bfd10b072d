"""event → decision → e-mail → the way out, for the messages of the e-mail queue."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import cache, partial
from itertools import count
from typing import Final

from winback.acts.switching import take_up
from winback.adapters.aws.messages import Envelope, SqsMessage
from winback.adapters.aws.topic import MOST_RECEIVES, SqsTopic
from winback.bootstrap import Aws, aws
from winback.domain.errors import WinbackError
from winback.pipeline import EMAIL_QUEUE, arrows_of
from winback.ports import World
from winback.runtime.envelopes import Answer, Context, Payload, envelopes_in, failed
from winback.runtime.fault import words_of
from winback.runtime.runner import Action, run
from winback.runtime.telling import Telling, telling
from winback.settings import Settings

NAME: Final = "email-processor"
AT_ONCE: Final = 10
"""The messages of a batch, each on a thread of its own: one that waits for a sender holds up none beside it."""
PUT_BACK_FOR: Final = timedelta(seconds=5)


def handler(payload: Payload, context: Context) -> Answer:
    return handle(_aws(), payload, context)


def handle(aws: Aws, payload: Payload, context: Context) -> Answer:
    """Every message by itself: tells of those that come again."""
    world = replace(aws.world, token=_tokens(context))
    with telling(NAME, context, world.clock) as told, ThreadPoolExecutor(AT_ONCE, thread_name_prefix="message") as pool:
        envelopes = envelopes_in(payload)
        handled = list(pool.map(partial(_is_handled, aws.topic, world, told), envelopes))
    return failed(each.message_id for each, is_over in zip(envelopes, handled, strict=True) if not is_over)


def _is_handled(topic: SqsTopic, world: World, told: Telling, envelope: Envelope) -> bool:
    """Whether the message is over: done, or among the dead letters."""
    try:
        message = topic.admit(EMAIL_QUEUE, envelope, world.clock.now())
        return message is None or _is_over(topic, world, told, message)
    except WinbackError as error:
        # The queue itself is out of reach: the message comes again when its time is over.
        told.line(step="receive", result="failed", messageId=envelope.message_id, why=str(error))
        return False


def _is_over(topic: SqsTopic, world: World, told: Telling, message: SqsMessage) -> bool:
    event, now = message.event, world.clock.now()
    try:
        ran = run(world, event, arrows_of(event.type), now, told.step)
        back, why = ran.action is Action.BACK, ran.why
    except Exception as error:  # a fault of ours; the runner has logged it by its step
        back, why = True, words_of(error)
    if back:
        topic.back(message, now, why, PUT_BACK_FOR)
        return message.receives >= MOST_RECEIVES
    return True


def _tokens(context: Context) -> partial[str]:
    """A new mark for every claim, by which its invocation can be found."""
    numbers = count(1)
    return partial(lambda: f"{context.aws_request_id}:{next(numbers)}")


def started(settings: Settings) -> Aws:
    """The world, after it was noted who sends from now on: a real sender nobody resumed sending for finds it paused."""
    found = aws(settings)
    take_up(found.world, found.world.clock.now(), by=f"the {NAME}")
    return found


@cache
def _aws() -> Aws:
    return started(Settings.from_env(os.environ))
