"""Changes of users at risk, through all arrows: decided, written, judged by the gate, sent over SMTP, marked SENT."""

import time
from datetime import UTC, datetime

from benchmarks import people
from benchmarks.measured import Measured, Place
from benchmarks.plain_mail import PlainMail
from benchmarks.sent import Sent
from benchmarks.shop import opened, put_all, running
from benchmarks.sink import smtp_sink


def ours(place: Place) -> Measured:
    with smtp_sink() as (host, port):
        shop = opened(place.own, f"smtp://{host}:{port}")
        put_all(shop, people.at_risk(place.size, datetime.now(UTC)))
        sent = Sent(place.size)
        started = time.perf_counter()
        with running(shop, sent):
            sent.wait()
            seconds = time.perf_counter() - started
        sent.check(shop)
        shop.close()
    return Measured(place.size, seconds)


def yardstick(place: Place) -> Measured:
    items = list(people.at_risk(place.size, datetime.now(UTC)))
    with smtp_sink() as server:
        loop = PlainMail(place.own / "plain.db", server)
        started = time.perf_counter()
        for item in items:
            loop.mail(item)
        seconds = time.perf_counter() - started
        loop.close()
    return Measured(place.size, seconds)
