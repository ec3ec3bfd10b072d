"""Short stories of a client or two, told to a flow that may fail at any call. What they do themselves never fails."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from builders import ADDRESS, MAILBOX_ID, NOW, PAUSED, USER_ID, a_policy, a_user, an_order, days_ago
from flow.driver import Flow
from winback.domain.email import EmailStatus
from winback.domain.mailbox import Mailbox, suppressed
from winback.domain.policy import POLICY_ID, Policy
from winback.domain.switch import SWITCH_ID, Switch
from winback.domain.user import User
from winback.ports import Put, Remove, Replace

DAY: Final = timedelta(days=1)
UNTIL_THE_CROSSING: Final = 3.5 * DAY
"""From the first noon to the night in which `a_slipping_user` falls below the line: an e-mail waits for morning."""


SENT: Final = frozenset({EmailStatus.SENT})
HELD: Final = frozenset({EmailStatus.HELD})
SUPPRESSED: Final = frozenset({EmailStatus.SUPPRESSED})


@dataclass(frozen=True, slots=True)
class Scenario:
    """`e_mails` is how many the clients get in all when nothing fails; `held_out`, how many they would have got.

    `by_night`: something happens while the e-mail waits for the morning, as it does with a real sender alone.
    """

    name: str
    tell: Callable[[Flow], None]
    e_mails: int
    held_out: int = 0
    policy: Policy = field(default_factory=a_policy)
    ends: frozenset[EmailStatus] = SENT
    by_night: bool = False


def a_slipping_user(user_id: str = USER_ID, email: str = ADDRESS) -> User:
    """Engaged today, below the line in the night after three days."""
    return a_user(user_id=user_id, email=email, last_order_date=days_ago(125), created_at=days_ago(245))


def slips(flow: Flow) -> None:
    flow.store.commit(Put(a_slipping_user()))
    flow.pass_time(8 * DAY)


def two_share_an_address(flow: Flow) -> None:
    flow.store.commit(
        Put(a_slipping_user("u-1", "ada@example.com")), Put(a_slipping_user("u-2", "Ada+shop@example.com"))
    )
    flow.pass_time(13 * DAY)


def is_changed_in_between(flow: Flow) -> None:
    _put_and_wait_for_the_night(flow)
    _change(flow, name="Ada King")
    flow.pass_time(5 * DAY)


def is_held_out(flow: Flow) -> None:
    flow.store.commit(Put(a_slipping_user()))
    flow.pass_time(22 * DAY)


def orders_while_the_e_mail_waits(flow: Flow) -> None:
    _put_and_wait_for_the_night(flow)
    flow.store.commit(Put(an_order(ordered_at=flow.now)))
    flow.pass_time(5 * DAY)


def is_deleted_while_the_e_mail_waits(flow: Flow) -> None:
    _put_and_wait_for_the_night(flow)
    flow.store.commit(Remove(User, USER_ID))
    flow.pass_time(5 * DAY)


def moves_while_the_e_mail_waits(flow: Flow) -> None:
    _put_and_wait_for_the_night(flow)
    _change(flow, email="ada@elsewhere.example.org")
    flow.pass_time(5 * DAY)


def waits_for_the_end_of_a_pause(flow: Flow) -> None:
    _put_and_wait_for_the_night(flow)
    _switch(flow, sending=False)
    flow.pass_time(timedelta(hours=5))
    _switch(flow, sending=True)
    flow.pass_time(5 * DAY)


def gets_both_e_mails_of_the_episode(flow: Flow) -> None:
    flow.store.commit(Put(a_slipping_user()))
    flow.pass_time(36 * DAY)


def is_suppressed_while_the_e_mail_waits(flow: Flow) -> None:
    _put_and_wait_for_the_night(flow)
    mailbox = flow.store.get(Mailbox, MAILBOX_ID) or Mailbox(MAILBOX_ID)
    flow.store.commit(Replace(suppressed(mailbox, flow.now, "complaint")))
    flow.pass_time(5 * DAY)


def is_backlog_while_the_line_is_moved(flow: Flow) -> None:
    flow.store.commit(Put(a_slipping_user()))
    flow.pass_time(DAY)
    _move_the_line(flow, 70.0)
    flow.pass_time(DAY)
    _move_the_line(flow, 50.0)
    flow.pass_time(6 * DAY)


SCENARIOS: Final = (
    Scenario("slips", slips, e_mails=1),
    Scenario("two share an address", two_share_an_address, e_mails=2),
    Scenario("is changed in between", is_changed_in_between, e_mails=1, by_night=True),
    Scenario("is held out", is_held_out, e_mails=0, held_out=2, policy=a_policy(holdout_share=0.999999)),
    Scenario("orders while the e-mail waits", orders_while_the_e_mail_waits, 0, ends=HELD, by_night=True),
    Scenario("is deleted while the e-mail waits", is_deleted_while_the_e_mail_waits, 0, ends=HELD, by_night=True),
    Scenario("moves while the e-mail waits", moves_while_the_e_mail_waits, 1, ends=HELD | SENT, by_night=True),
    Scenario("waits for the end of a pause", waits_for_the_end_of_a_pause, e_mails=1, by_night=True),
    Scenario("gets both e-mails of the episode", gets_both_e_mails_of_the_episode, e_mails=2),
    Scenario(
        "is suppressed while the e-mail waits", is_suppressed_while_the_e_mail_waits, 0, ends=SUPPRESSED, by_night=True
    ),
    Scenario("is backlog while the line is moved", is_backlog_while_the_line_is_moved, e_mails=1),
)


def _put_and_wait_for_the_night(flow: Flow) -> None:
    flow.store.commit(Put(a_slipping_user()))
    flow.pass_time(UNTIL_THE_CROSSING + timedelta(hours=5))


def _change(flow: Flow, **changes: object) -> None:
    user = flow.store.get(User, USER_ID)
    assert user is not None
    flow.store.commit(Put(replace(user, **changes)))  # type: ignore[arg-type]  # the fields a scenario names


def _move_the_line(flow: Flow, threshold: float) -> None:
    policy = flow.store.get(Policy, POLICY_ID)
    assert policy is not None
    flow.store.commit(Replace(replace(policy, threshold=threshold)))


def _switch(flow: Flow, sending: bool) -> None:
    switch = flow.store.get(Switch, SWITCH_ID)
    assert switch is not None
    flow.store.commit(Replace(replace(switch, sending=sending, why=PAUSED.why, at=NOW)))
