"""Made-up users with the ten fields of a typical feed; the same seed gives the same users."""

import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from winback.domain.instant import iso

SEED: Final = 20
_GIVEN: Final = ("Ana", "Björn", "Chidi", "Dilan", "Emeka", "Fatima", "Giulia", "Hana", "Ines", "Jörg", "Kwame", "Linh")
_FAMILY: Final = ("Almeida", "Brandt", "Castillo", "Demir", "Eriksson", "Fischer", "García", "Haddad", "Ito", "Jansen")
_CATEGORIES: Final = ("dresses", "tops", "shirts", "pants", "knitwear", "denim", "coats", "shoes", "bags", "bedding")


def engaged(count: int, now: datetime) -> Iterator[dict[str, object]]:
    """Users far from being at risk: several orders, the last of them days ago."""
    rng = random.Random(SEED)
    for number in range(count):
        last, since = now - timedelta(days=rng.uniform(1, 20)), now - timedelta(days=rng.uniform(300, 900))
        yield {
            "userId": f"user-{number:07d}",
            "email": f"client.{number:07d}@example.com",
            "name": f"{rng.choice(_GIVEN)} {rng.choice(_FAMILY)}",
            "lastOrderDate": iso(last),
            "orderCount": rng.randint(5, 40),
            "averageOrderValue": round(rng.uniform(60, 240), 2),
            "preferredCategories": rng.sample(_CATEGORIES, rng.randint(1, 3)),
            "createdAt": iso(since),
            "updatedAt": iso(last),
        }


def at_risk(count: int, now: datetime) -> Iterator[dict[str, object]]:
    """Users whose shop gave them a score far below the line: each is mailed at once."""
    for item in engaged(count, now):
        yield item | {"engagementScore": 30}


def write_file(path: Path, count: int, now: datetime) -> None:
    """JSON Lines, a user each, with a score as a feed would have it."""
    rng = random.Random(SEED + 1)
    with path.open("w", encoding="utf-8") as file:
        for item in engaged(count, now):
            file.write(json.dumps(item | {"engagementScore": rng.randint(50, 100)}, ensure_ascii=False) + "\n")
