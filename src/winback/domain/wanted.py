"""still_wanted: the only place with rules of who may be mailed. Decide, deliver, explain and previews all ask it."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from winback.domain.contact import Backlog, Contact, goes_on
from winback.domain.day import Day
from winback.domain.instant import day_start, local_day
from winback.domain.mailbox import Mailbox, quiet_until, sends_since
from winback.domain.policy import Basis, Policy
from winback.domain.reason import Reason, Reasons, Why
from winback.domain.switch import Sender, Switch
from winback.domain.user import AHEAD, PermissionState, User, faults

QUIET_HOURS_SPREAD = timedelta(hours=2)
ROLE_ADDRESSES: Final = frozenset(
    {
        *("abuse", "admin", "administrator", "hostmaster", "mailer-daemon", "no-reply", "noreply", "postmaster"),
        *("billing", "contact", "help", "info", "mail", "marketing", "office", "privacy", "sales", "security"),
        *("support", "webmaster"),
    }
)


@dataclass(frozen=True, slots=True)
class Case:
    """All that the rules look at."""

    user: User
    contact: Contact
    mailbox: Mailbox
    day: Day
    policy: Policy
    switch: Switch
    now: datetime
    sender: Sender

    @property
    def trial(self) -> bool:
        """A given score or the folder sender: a first try shows its e-mail at once."""
        return self.contact.score_is_given or not self.sender.real

    @property
    def under_way(self) -> bool:
        """Whether this client's own e-mail holds the mailbox: it is counted already and not in its own way."""
        return self.contact.open_email_id is not None and self.mailbox.open_email_id == self.contact.open_email_id

    @property
    def zone(self) -> str:
        return self.user.time_zone or self.policy.time_zone


def still_wanted(
    user: User,
    contact: Contact,
    mailbox: Mailbox,
    day: Day,
    policy: Policy,
    switch: Switch,
    now: datetime,
    sender: Sender | None = None,
) -> Reasons:
    """Every reason not to mail this client now; empty means mail. The words hold nothing personal."""
    case = Case(user, contact, mailbox, day, policy, switch, now, sender or Sender())
    return {why.reason: why for rule in RULES for why in rule(case)}


def in_date_words(at: datetime) -> str:
    """`24 November 2026`, in UTC."""
    at = at.astimezone(UTC)
    return f"{at.day} {at:%B %Y}"


def _valid(case: Case) -> Iterator[Why]:
    broken = faults(case.user, case.now)
    if broken:
        told = "; ".join(f"{fault.field} {fault.reason}" for fault in broken[:5])
        ahead = all(fault.reason == AHEAD for fault in broken)
        until = case.now + timedelta(days=1) if ahead else None  # such a date comes nearer by itself
        yield Why(Reason.INVALID, f"the client's record cannot be used: {told}", until)


def _at_risk(case: Case) -> Iterator[Why]:
    contact = case.contact
    if contact.score is None:
        if faults(case.user, case.now):
            return
        yield Why(Reason.NO_SCORE, "no score: orders are counted, but lastOrderDate is missing")
    elif not contact.at_risk:
        until = day_start(contact.risk_date) if contact.risk_date else None
        words = f"engaged: {contact.score:.0f} of 100, the line is at {case.policy.threshold:g}"
        yield Why(Reason.NOT_AT_RISK, words, until)


def _ordered_once(case: Case) -> Iterator[Why]:
    if not (_has_ordered(case) or case.policy.mail_never_ordered or case.contact.score_is_given):
        yield Why(Reason.NEVER_ORDERED, "has never ordered, so has not slipped away")


def _permitted(case: Case) -> Iterator[Why]:
    if case.user.do_not_email is not None:
        yield Why(Reason.DO_NOT_EMAIL, "the shop marked this client: do not e-mail")
    permission = case.user.email_permission
    state = permission.state if permission else PermissionState.UNKNOWN
    if state is PermissionState.REFUSED:
        yield Why(Reason.NO_PERMISSION, "the client refused e-mail")
    elif state is PermissionState.UNKNOWN and case.sender.real and not _basis_covers(case):
        yield Why(Reason.NO_PERMISSION, "no permission is on record, and the policy's basis does not cover it")


def _address_is_a_person(case: Case) -> Iterator[Why]:
    local, _, domain = (case.user.email or "").lower().rpartition("@")
    if local.partition("+")[0] in ROLE_ADDRESSES:
        yield Why(Reason.ROLE_ADDRESS, "the address belongs to a role, not to a person")
    if any(domain == entry or domain.endswith("." + entry) for entry in case.policy.excluded_domains):
        yield Why(Reason.EXCLUDED_DOMAIN, "the policy excludes the address's domain")


def _not_suppressed(case: Case) -> Iterator[Why]:
    if case.mailbox.suppressed_at is not None:
        since = in_date_words(case.mailbox.suppressed_at)
        yield Why(Reason.SUPPRESSED, f"never again: {case.mailbox.suppressed_why or 'suppressed'}, since {since}")


def _not_backlog(case: Case) -> Iterator[Why]:
    backlog = case.contact.backlog
    if backlog is not None and (backlog is Backlog.IMPORTED or not case.trial):
        how = {
            Backlog.FIRST_SEEN: "was at risk already when first seen",
            Backlog.LINE_MOVED: "is at risk only because the line moved",
            Backlog.IMPORTED: "was at risk already when imported",
        }[backlog]
        yield Why(Reason.BACKLOG, f"{how}: held with the backlog until it is released")


def _not_silent_too_long(case: Case) -> Iterator[Why]:
    last = case.contact.last_order_at
    if case.trial or last is None:
        return
    if case.now - last > timedelta(days=case.policy.silent_at_most_days):
        yield Why(Reason.SILENT_TOO_LONG, f"silent for more than {case.policy.silent_at_most_days} days")


def _said_little(case: Case) -> Iterator[Why]:
    episode = case.contact.episode
    if episode is None or case.under_way or not goes_on(episode, case.contact.last_order_at):
        return
    if episode.mails >= case.policy.episode_mails:
        yield Why(Reason.SAID_ENOUGH, f"said enough: {episode.mails} e-mails since the client slipped, until an order")
    elif episode.last_at is not None:
        until = episode.last_at + timedelta(days=case.policy.episode_gap_days)
        if case.now < until:
            yield Why(Reason.EPISODE_GAP, f"the second e-mail waits until {in_date_words(until)}", until)


def _not_held(case: Case) -> Iterator[Why]:
    until = case.contact.held_until
    if until is not None and case.now < until:
        yield Why(Reason.HELD_BY_OPERATOR, f"held by a person until {in_date_words(until)}", until)


def _mailbox_is_quiet_enough(case: Case) -> Iterator[Why]:
    until = quiet_until(case.mailbox, case.sender.real)
    if until is not None and case.now < until:
        yield Why(Reason.QUIET_PERIOD, f"{_last_mailed(case)}quiet until {in_date_words(until)}", until)
    caps = sorted(_caps_reached(case))
    if caps:
        until, words = caps[-1]
        yield Why(Reason.CAP, words, until)


def _caps_reached(case: Case) -> Iterator[tuple[datetime, str]]:
    """Each cap that is full: when it has room again, and how it is told."""
    for days, most in ((90, case.policy.cap_90_days), (365, case.policy.cap_365_days)):
        window = timedelta(days=days)
        sends = sends_since(case.mailbox, case.now - window, case.sender.real)
        if len(sends) >= most:
            yield sends[-most].at + window, f"{len(sends)} e-mails in {days} days, at most {most}"


def _mailbox_is_free(case: Case) -> Iterator[Why]:
    mailbox = case.mailbox
    if mailbox.open_email_id is None or mailbox.reserved_until is None:
        return
    if case.under_way:
        if mailbox.reserved_until <= case.now:
            yield Why(Reason.LAPSED, "waited 14 days: what it says may no longer be true")
    elif case.now < mailbox.reserved_until:
        words = f"it is the turn of client {mailbox.open_user_id}, who shares the address"
        yield Why(Reason.MAILBOX_TAKEN, words, min(mailbox.reserved_until, case.now + timedelta(days=1)))


def _day_has_room(case: Case) -> Iterator[Why]:
    if not case.under_way and case.day.decided >= case.policy.daily_limit:
        tomorrow = local_day(case.now, case.policy.time_zone) + timedelta(days=1)
        # Newest crossings first: the longer ago, the later it asks again on the next day.
        since = case.contact.episode.since if case.contact.episode else case.now
        rank = min(max((case.now - since).days, 0), 3_600)
        until = day_start(tomorrow, case.policy.time_zone) + timedelta(seconds=rank)
        yield Why(Reason.DAY_FULL, f"the day's {case.policy.daily_limit} e-mails are decided", until)


def _sending_is_on(case: Case) -> Iterator[Why]:
    if not case.switch.sending:
        yield Why(Reason.PAUSED, "sending is paused")
    elif _is_another(case.switch, case.sender):
        yield Why(Reason.PAUSED, "the sender is not the one that sending was resumed for")


def _is_another(switch: Switch, sender: Sender) -> bool:
    if not sender.real or switch.from_address is None:
        return False
    return (switch.from_address, switch.public_url) != (sender.from_address, sender.public_url)


def _let_out(case: Case) -> Iterator[Why]:
    """Until clients can unsubscribe, a real sender hands over only to whom the settings name, or to loopback."""
    sender = case.sender
    if not sender.real or sender.names(case.user.email or "") or (sender.loopback and not sender.only_to):
        return
    yield Why(Reason.NOT_LET_OUT, "WINBACK_ONLY_TO does not name this client: nothing goes out to anybody else")


def _awake(case: Case) -> Iterator[Why]:
    until = quiet_hours_until(case) if case.sender.real else None
    if until is not None:
        yield Why(Reason.QUIET_HOURS, f"it is night for the client; goes out from {until:%H:%M} UTC", until)


def quiet_hours_until(case: Case) -> datetime | None:
    """When the client's running quiet hours end, spread over two hours by client; None outside of them."""
    begin, end = case.policy.quiet_from, case.policy.quiet_until
    local = case.now.astimezone(ZoneInfo(case.zone))
    at = local.time()
    inside = begin <= at < end if begin <= end else (at >= begin or at < end)
    if not inside or begin == end:
        return None
    morning = local.date() + timedelta(days=1 if at >= end else 0)
    spread = int.from_bytes(hashlib.sha256(case.user.user_id.encode()).digest()[:4], "big")
    # Where the clocks make an hour come twice or never, the later reading: by the earlier one it is still night.
    ends = datetime.combine(morning, end, ZoneInfo(case.zone))
    ends = max(ends.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return ends + timedelta(seconds=spread % _spread_seconds(begin, end))


def _spread_seconds(begin: time, end: time) -> int:
    """Over two hours, or over the waking hours where they are fewer: nobody is spread into the next night."""
    awake = timedelta(hours=begin.hour - end.hour, minutes=begin.minute - end.minute) % timedelta(days=1)
    return int(min(QUIET_HOURS_SPREAD, awake).total_seconds())


def _has_ordered(case: Case) -> bool:
    return bool(case.user.order_count) or case.contact.last_order_at is not None


def _basis_covers(case: Case) -> bool:
    return case.policy.basis is Basis.CUSTOMERS and _has_ordered(case)


def _last_mailed(case: Case) -> str:
    sends = sends_since(case.mailbox, case.now - timedelta(days=365), case.sender.real)
    if not sends:
        return ""
    last = sends[-1]
    days = (case.now - last.at).days
    when = "today" if days == 0 else f"{days} day{'s' if days > 1 else ''} ago"
    if last.user_id in (None, case.user.user_id):
        return f"e-mailed {when}, "
    return f"it was the turn of client {last.user_id}, who shares the address, {when}; "


RULES: Final[tuple[Callable[[Case], Iterator[Why]], ...]] = (
    _valid,
    _at_risk,
    _ordered_once,
    _permitted,
    _address_is_a_person,
    _not_suppressed,
    _not_backlog,
    _not_silent_too_long,
    _said_little,
    _not_held,
    _mailbox_is_quiet_enough,
    _mailbox_is_free,
    _day_has_room,
    _sending_is_on,
    _let_out,
    _awake,
)
