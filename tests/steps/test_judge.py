from dataclasses import replace

import pytest

from builders import FOLDER, NOW, RELAY, a_contact, a_policy, a_user, an_order, days_ago
from winback.domain.contact import Backlog, Contact, Episode
from winback.domain.order import Order
from winback.domain.policy import Policy
from winback.domain.switch import SenderKind
from winback.domain.user import User
from winback.steps.judge import judged

NEVER_SEEN = Contact("u-1", since=days_ago(300))


def seen_by_now(contact: Contact, user: User, policy: Policy | None = None) -> Contact:
    """The contact as it was stored after this user was judged once, without orders."""
    return replace(judged(contact, user, [], policy or a_policy(), RELAY, NOW), version=1)


def test_a_client_at_risk_when_first_seen_is_backlog() -> None:
    assert judged(NEVER_SEEN, a_user(), [], a_policy(), RELAY, NOW).backlog is Backlog.FIRST_SEEN


def test_a_client_whose_orders_came_after_it_is_backlog() -> None:
    bare = a_user(last_order_date=None, order_count=None, average_order_value=None, created_at=days_ago(1))
    seen = seen_by_now(NEVER_SEEN, bare)
    assert (seen.at_risk, seen.backlog) == (False, None)
    history: list[Order] = [an_order(ordered_at=days_ago(200))]
    assert judged(seen, bare, history, a_policy(), RELAY, NOW).backlog is Backlog.FIRST_SEEN


def test_a_client_whom_time_brought_below_the_line_is_no_backlog() -> None:
    fresh = a_user(last_order_date=days_ago(0))
    seen = seen_by_now(NEVER_SEEN, fresh)
    later = judged(seen, fresh, [], a_policy(), RELAY, NOW.replace(year=NOW.year + 1))
    assert (later.at_risk, later.backlog) == (True, None)


def test_a_client_below_a_line_that_moved_is_backlog() -> None:
    fresh = a_user(last_order_date=days_ago(3))
    seen = seen_by_now(NEVER_SEEN, fresh)
    assert not seen.at_risk
    moved = judged(seen, fresh, [], a_policy(threshold=95.0), RELAY, NOW)
    assert moved.backlog is Backlog.LINE_MOVED


def test_an_order_takes_the_backlog_mark_away() -> None:
    marked = a_contact(backlog=Backlog.FIRST_SEEN, version=1)
    assert judged(marked, a_user(last_order_date=days_ago(0)), [], a_policy(), RELAY, NOW).backlog is None


@pytest.mark.parametrize(("sender", "mails"), [(FOLDER, 2), (RELAY, 0)], ids=["folder", "real"])
def test_what_the_folder_sent_counts_in_the_episode_only_for_the_folder(sender: object, mails: int) -> None:
    episode = Episode(days_ago(11), mails=2, last_at=days_ago(1), by=SenderKind.FOLDER)
    contact = a_contact(episode=episode, version=1)
    after = judged(contact, a_user(), [], a_policy(), FOLDER if sender is FOLDER else RELAY, NOW)
    assert after.episode is not None
    assert after.episode.mails == mails


def test_only_who_is_at_risk_is_judged_again_when_a_cap_or_the_sender_changes() -> None:
    at_risk = judged(NEVER_SEEN, a_user(), [], a_policy(), RELAY, NOW)
    engaged = judged(NEVER_SEEN, a_user(last_order_date=days_ago(0)), [], a_policy(), RELAY, NOW)
    for policy, sender in ((a_policy(episode_mails=3), RELAY), (a_policy(), FOLDER)):
        assert judged(NEVER_SEEN, a_user(), [], policy, sender, NOW).line != at_risk.line
        fresh = a_user(last_order_date=days_ago(0))
        assert judged(NEVER_SEEN, fresh, [], policy, sender, NOW).line == engaged.line


def test_an_order_that_lies_ahead_counts_for_nothing_yet() -> None:
    ahead = [an_order(ordered_at=days_ago(-3))]
    assert judged(NEVER_SEEN, a_user(), ahead, a_policy(), RELAY, NOW).orders.count == 0
