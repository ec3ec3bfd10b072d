"""`winback emails`: list and show e-mails; say how one in doubt went."""

import sys
from typing import Annotated

import typer

from winback.cli.nouns import noun
from winback.cli.opened import Opened, opened
from winback.cli.output import Json, Limit, moment, say, say_json, say_json_list, say_table
from winback.cli.reading import emails as newest
from winback.cli.reading import emails_of as newest_of
from winback.compose.letter import letter_of, mime
from winback.domain.email import Body, Email, EmailStatus
from winback.domain.errors import Refused
from winback.domain.user import User
from winback.domain.wire import to_wire
from winback.steps.settle import resolve

emails = noun("List and show e-mails; say how one in doubt went.")
EmailId = Annotated[str, typer.Argument(metavar="EMAIL", help="The e-mail's id.")]
HEAD = ("EMAIL", "CLIENT", "STATUS", "WRITTEN", "SENT", "SUBJECT")


@emails.command("list")
def list_emails(
    ctx: typer.Context,
    user: Annotated[str | None, typer.Option(metavar="CLIENT", help="Only this client's.")] = None,
    status: Annotated[EmailStatus | None, typer.Option(case_sensitive=False, help="Only those in this state.")] = None,
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """List e-mails, the newest first.

    \b
    winback emails list
    winback emails list --user c-1
    winback emails list --status UNSURE --json
    """
    with opened(ctx) as here:
        store = here.world.store
        found = newest(store, status, limit) if user is None else newest_of(store, user, status, limit)
        if as_json:
            say_json_list(to_wire(email) for email in found)
        else:
            say_table(HEAD, map(_row, found), "no such e-mails")


@emails.command("show")
def show_email(
    ctx: typer.Context,
    email_id: EmailId,
    html: Annotated[bool, typer.Option("--html", help="Only its HTML.")] = False,
    text: Annotated[bool, typer.Option("--text", help="Only its plain text.")] = False,
    eml: Annotated[bool, typer.Option("--eml", help="The whole message, as it leaves.")] = False,
    as_json: Json = False,
) -> None:
    """Show an e-mail with its state, or one of its forms.

    \b
    winback emails show e-0123456789abcdef
    winback emails show e-0123456789abcdef --html > email.html
    """
    if html + text + eml + as_json > 1:
        raise typer.BadParameter("--html, --text, --eml and --json exclude each other: choose one")
    with opened(ctx) as here:
        email = here.world.store.get(Email, email_id)
        if email is None:
            raise Refused(f"there is no e-mail {email_id}: `winback emails list` shows those there are")
        if eml:
            sys.stdout.flush()
            sys.stdout.buffer.write(_message(here, email))
        elif html:
            say(_body(here, email).html)
        elif text:
            say(email.text)
        elif as_json:
            say_json(to_wire(email))
        else:
            _tell(email)


@emails.command("resolve")
def resolve_email(
    ctx: typer.Context,
    email_id: EmailId,
    sent: Annotated[bool, typer.Option("--sent", help="It reached the client.")] = False,
    not_sent: Annotated[bool, typer.Option("--not-sent", help="It did not: the client's turn comes again.")] = False,
) -> None:
    """Say how an UNSURE e-mail went. Winback never sends such a one again by itself.

    \b
    winback emails list --status UNSURE
    winback emails resolve e-0123456789abcdef --sent
    """
    if sent == not_sent:
        raise typer.BadParameter("say either --sent or --not-sent")
    with opened(ctx) as here:
        resolve(here.world, email_id, sent, here.world.clock.now())
    say(f"e-mail {email_id} is {'SENT' if sent else 'FAILED: it was not sent'}")


def _row(email: Email) -> tuple[object, ...]:
    return email.email_id, email.user_id, email.status, email.created_at, email.sent_at, email.subject


def _tell(email: Email) -> None:
    say(f"{email.email_id} to client {email.user_id}: {email.status}")
    say(f"written {moment(email.created_at)} UTC" + (f", sent {moment(email.sent_at)} UTC" if email.sent_at else ""))
    if email.ended_why:
        say(f"because: {email.ended_why}")
    if email.place:
        say(f"to be found: {email.place}")
    say(f"\n{email.subject}\n\n{email.text.rstrip()}")


def _body(here: Opened, email: Email) -> Body:
    body = here.world.store.get(Body, email.email_id)
    if body is None:
        raise Refused(f"the body of e-mail {email.email_id} is no longer kept; --text shows its words")
    return body


def _message(here: Opened, email: Email) -> bytes:
    """The message itself where the sender laid it, else the message as it would leave."""
    laid = here.message_at(email.place) if email.place else None
    if laid is not None:
        return laid
    user = here.world.store.get(User, email.user_id)
    if user is None or user.email is None:
        raise Refused(f"the client of e-mail {email.email_id} is gone, and with it the address; --text shows its words")
    letter = letter_of(email, _body(here, email), user.email, here.world.sender)
    return mime(letter, email.sent_at or email.created_at)
