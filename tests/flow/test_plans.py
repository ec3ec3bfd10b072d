"""Random plans: whatever happens to a few clients, in any order and with any faults, in the end all is well."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import FOLDER, NOW, PAUSED, RELAY, a_policy, a_user, an_order
from flow.driver import Flow
from flow.faulty import Died, Fault, Faults
from flow.invariants import assert_all_well, emails_of
from flow.world import a_store, go_live
from winback.adapters.memory import FixedClock, MemoryStore
from winback.domain.email import EmailStatus
from winback.domain.errors import AddressRejected, Conflict, Rejected, Retryable, SenderIll, Unsure
from winback.domain.order import Order, OrderStatus
from winback.domain.policy import Policy
from winback.domain.switch import SWITCH_ID, Sender, Switch
from winback.domain.user import User
from winback.pipeline import EMAIL_QUEUE
from winback.ports import EmbeddedStore, Put, Remove, Replace

CLIENTS: Final = ("u-1", "u-2", "u-3")
ADDRESSES: Final = ("ada@example.com", "Ada+shop@example.com", "bob@example.net")
UNTIL_ALL_IS_OVER: Final = timedelta(days=45)

Action = Callable[[Flow], object]


@dataclass(frozen=True, slots=True)
class Act:
    """An action with the words it is shown by when a plan fails."""

    name: str
    do: Action

    def __repr__(self) -> str:
        return self.name


def works() -> Act:
    return Act("works", Flow.until_quiet)


def time_passes(hours: int) -> Act:
    return Act(f"{hours} hours pass", lambda flow: flow.pass_time(timedelta(hours=hours)))


def the_clock_jumps(hours: int) -> Act:
    """As if nobody had been at work meanwhile."""
    return Act(f"the clock jumps {hours} hours", lambda flow: flow.clock.advance(timedelta(hours=hours)))


def is_put(client: str, address: str, silent_days: int, score: float | None) -> Act:
    def do(flow: Flow) -> None:
        last = flow.now - timedelta(days=silent_days)
        user = a_user(user_id=client, email=address, last_order_date=last, created_at=last - timedelta(days=120))
        flow.store.commit(Put(replace(user, engagement_score=score, updated_at=flow.now)))

    return Act(f"{client} is put: {address}, silent for {silent_days} days, score {score}", do)


def is_read_and_put_back(client: str, address: str) -> Act:
    def do(flow: Flow) -> None:
        user = flow.store.get(User, client)
        if user is not None:
            flow.store.commit(Put(replace(user, email=address)))

    return Act(f"{client} is read and put back with {address}", do)


def is_deleted(client: str) -> Act:
    return Act(f"{client} is deleted", lambda flow: flow.store.commit(Remove(User, client)))


def orders(client: str, number: int, days_ago: int, status: OrderStatus) -> Act:
    def do(flow: Flow) -> None:
        at = flow.now - timedelta(days=days_ago)
        order = an_order(order_id=f"{client}-{number}", user_id=client, ordered_at=at, status=status)
        flow.store.commit(Put(order))

    return Act(f"{client}: order {number}, {days_ago} days ago, {status}", do)


def order_is_removed(client: str, number: int) -> Act:
    return Act(f"{client}: order {number} goes", lambda flow: flow.store.commit(Remove(Order, f"{client}-{number}")))


def message_comes_again(which: int) -> Act:
    """Late, twice, out of order: any event that was told before is told once more."""

    def do(flow: Flow) -> None:
        if flow.told:
            flow.well.topic.publish([flow.told[which % len(flow.told)][1]], flow.now)

    return Act(f"message {which} comes again", do)


def messages_are_held_back() -> Act:
    """Somebody received all that waits, and is never heard of again: it comes later, after what is newer."""

    def do(flow: Flow) -> None:
        flow.well.topic.receive(EMAIL_QUEUE, 100, flow.now, timedelta(minutes=20))

    return Act("messages are held back", do)


def call_fails(skip: int, error: type[BaseException], after: bool) -> Act:
    def do(flow: Flow) -> None:
        assert flow.faults is not None
        flow.faults.next_call(error, after, skip)

    return Act(f"call {skip} fails {'after' if after else 'before'} with {error.__name__}", do)


def process_is_killed() -> Act:
    return Act("the process is killed", Flow.restart)


def switch_is_set(sending: bool) -> Act:
    return Act("is resumed" if sending else "is paused", lambda flow: _switch(flow, sending))


clients, hours, days = st.sampled_from(CLIENTS), st.integers(1, 80), st.sampled_from([0, 1, 100, 127, 140, 300])
addresses, scores = st.sampled_from(ADDRESSES), st.sampled_from([None, None, None, 30.0, 80.0])
ERRORS: Final = (Retryable, Conflict, Unsure, SenderIll, Rejected, AddressRejected, Died)
plans = st.lists(
    st.one_of(
        st.builds(works),
        st.builds(time_passes, hours),
        st.builds(time_passes, hours),
        st.builds(the_clock_jumps, hours),
        st.builds(is_put, clients, addresses, st.sampled_from([0, 120, 127, 129, 140, 300]), scores),
        st.builds(is_read_and_put_back, clients, addresses),
        st.builds(is_deleted, clients),
        st.builds(orders, clients, st.integers(1, 3), days, st.sampled_from(OrderStatus)),
        st.builds(order_is_removed, clients, st.integers(1, 3)),
        st.builds(message_comes_again, st.integers(0, 50)),
        st.builds(messages_are_held_back),
        st.builds(call_fails, st.integers(0, 60), st.sampled_from(ERRORS), st.booleans()),
        st.builds(call_fails, st.integers(0, 60), st.sampled_from(ERRORS), st.booleans()),
        st.builds(process_is_killed),
        st.builds(switch_is_set, st.booleans()),
    ),
    min_size=10,
    max_size=30,
)
policies = st.builds(a_policy, holdout_share=st.sampled_from([0.0, 0.5]), daily_limit=st.sampled_from([1, 200]))


@given(plan=plans, policy=policies, sender=st.sampled_from([FOLDER, RELAY]), batched=st.booleans())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_after_any_plan_all_is_well_in_memory(plan: list[Act], policy: Policy, sender: Sender, batched: bool) -> None:
    _follow(MemoryStore(), plan, policy, sender, batched)


@given(plan=plans, policy=policies, sender=st.sampled_from([FOLDER, RELAY]), batched=st.booleans())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_after_any_plan_all_is_well_on_sqlite(plan: list[Act], policy: Policy, sender: Sender, batched: bool) -> None:
    with TemporaryDirectory() as folder, a_store("sqlite", Path(folder), FixedClock(NOW)) as store:
        _follow(store, plan, policy, sender, batched)


def _follow(store: EmbeddedStore, plan: list[Act], policy: Policy, sender: Sender, batched: bool) -> None:
    faults = Faults()
    flow = Flow(store, FixedClock(NOW), sender, faults, batched=batched)
    go_live(store, policy)
    for client, address in zip(CLIENTS, ADDRESSES, strict=True):
        is_put(client, address, silent_days=127, score=None).do(flow)
    flow.until_quiet()
    for act in plan:
        act.do(flow)
    faults.planned = None
    _switch(flow, sending=True)
    flow.well.topic.redrive(None, flow.now)
    flow.pass_time(UNTIL_ALL_IS_OVER)
    assert_all_well(flow)
    if any(email.status is EmailStatus.UNSURE for email in emails_of(store)):
        assert any(_leaves_doubt(name, fault) for name, fault in faults.met), "nothing was in doubt"


def _leaves_doubt(name: str, fault: Fault) -> bool:
    return fault.error is Died or (name == "mailer.send" and fault.error is Unsure)


def _switch(flow: Flow, sending: bool) -> None:
    switch = flow.store.get(Switch, SWITCH_ID)
    assert switch is not None
    flow.store.commit(Replace(replace(switch, sending=sending, why=PAUSED.why)))
