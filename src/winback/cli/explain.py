"""`winback explain`: one client's story, told as a colleague would tell it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import typer

from winback.acts.explaining import Explained, explained, what_comes_next
from winback.cli.opened import opened
from winback.cli.output import Json, moment, say, say_json
from winback.cli.users import UserId
from winback.cli.words import whole
from winback.domain.decision import Decision, Verdict
from winback.domain.email import Email
from winback.domain.score import FRESH_POINTS, LOYAL_POINTS, VALUE_POINTS
from winback.domain.score_words import in_words
from winback.domain.wanted import in_date_words
from winback.domain.wire import to_wire

_VERDICTS = {
    Verdict.MAIL: "mail",
    Verdict.HOLD: "hold",
    Verdict.HELD_OUT: "held out: kept without e-mail to measure against",
}


def explain(ctx: typer.Context, user_id: UserId, as_json: Json = False) -> None:
    """Tell one client's story: the score with its parts, the last verdict and why, what comes next, what was sent.

    \b
    winback explain c-1
    winback explain c-1 --json
    """
    with opened(ctx) as here:
        now = here.world.clock.now()
        told = explained(here.world, user_id, now)
    if as_json:
        say_json(_wire(told))
        return
    for line in _story(told, now):
        say(line)


def _story(told: Explained, now: datetime) -> Iterator[str]:
    yield from _score(told, now)
    yield ""
    yield from _verdict(told)
    yield what_comes_next(told)
    if told.decisions:
        yield "\nDecisions"
        yield from map(_decision, told.decisions)
    if told.emails:
        yield "\nE-mails"
        yield from map(_email, told.emails)


def _score(told: Explained, now: datetime) -> Iterator[str]:
    name = told.user.name if told.user and told.user.name else None
    who = f"{told.user_id}, {name}," if name else told.user_id
    if told.user is None:
        yield f"{who} is no longer a client: the record was deleted."
        return
    if told.value is None:
        yield f"{who} has no score."
        return
    line = f"the line is at {told.policy.threshold:g}"
    yield f"{who} stands at {whole(told.value)} of 100 and is {'at risk' if told.at_risk else 'engaged'}: {line}."
    if told.score is None or told.figures is None:
        yield "The score is given: whoever writes this client set engagementScore, and it counts until it is dropped."
        return
    for part, most in zip(in_words(told.score, told.figures), (FRESH_POINTS, LOYAL_POINTS, VALUE_POINTS), strict=True):
        yield f"  {part.words}, of {most:.0f}"
    yield from _risk_date(told, now)


def _risk_date(told: Explained, now: datetime) -> Iterator[str]:
    day = told.contact.risk_date if told.contact else None
    if day is None:
        return
    days = (day - now.astimezone(UTC).date()).days
    when = in_date_words(datetime(day.year, day.month, day.day, tzinfo=UTC))
    if days > 0:
        yield f"Without an order the score falls below the line on {when}, in {days} day{'' if days == 1 else 's'}."
    else:
        yield f"Below the line since {when}."


def _verdict(told: Explained) -> Iterator[str]:
    contact = told.contact
    if contact is None or contact.verdict is None or contact.decided_at is None:
        return
    confirmed = f", last confirmed {moment(contact.confirmed_at)} UTC" if contact.confirmed_at else ""
    yield f"Verdict: {_VERDICTS[contact.verdict]}. Since {in_date_words(contact.decided_at)}{confirmed}."
    for why in contact.why:
        yield f"  because {why.words}"


def _decision(decision: Decision) -> str:
    why = "; ".join(why.words for why in decision.why)
    return f"  {moment(decision.at)}  {_VERDICTS[decision.verdict]}{': ' if why else ''}{why}"


def _email(email: Email) -> str:
    ended = f": {email.ended_why}" if email.ended_why else ""
    return f"  {moment(email.created_at)}  {email.email_id}  {email.status}{ended}  {email.subject}"


def _wire(told: Explained) -> dict[str, Any]:
    contact = to_wire(told.contact) if told.contact else {}
    parts = in_words(told.score, told.figures) if told.score and told.figures else ()
    kept = ("riskDate", "verdict", "why", "decidedAt", "confirmedAt")
    return {
        "userId": told.user_id,
        "score": told.value,
        "scoreIsGiven": told.user is not None and told.user.given_score is not None,
        "parts": [to_wire(part) for part in parts],
        "threshold": told.policy.threshold,
        "atRisk": told.at_risk,
        **{name: contact[name] for name in kept if name in contact},
        "next": {"words": what_comes_next(told), **({"at": contact["dueAt"]} if "dueAt" in contact else {})},
        "decisions": [to_wire(decision) for decision in told.decisions],
        "emails": [_without_text(email) for email in told.emails],
    }


def _without_text(email: Email) -> dict[str, object]:
    return {name: value for name, value in to_wire(email).items() if name != "text"}
