"""The five kinds of write, each as the guarded actions that do it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from winback.adapters.aws.actions import Action, check, delete, put, update
from winback.adapters.aws.calls import Calls
from winback.adapters.aws.conditions import is_as_read, is_new, is_untouched, points_where_it_did, shows_what_was_read
from winback.adapters.aws.items import id_of, item, place, pointed_at, pointer, record_of
from winback.adapters.aws.places import place_of
from winback.adapters.aws.values import tag
from winback.domain.decision import Decision
from winback.domain.errors import Conflict
from winback.domain.order import Order
from winback.domain.user import User, etag
from winback.ports import Add, Put, Record, Remove, Replace, ShowScore, Write


def actions_of(calls: Calls, write: Write) -> Iterator[Action]:
    """What the write comes to; reads what its guards need. Raises Conflict where a guard has failed already."""
    match write:
        case Add(Decision() as decision):
            yield put(place(decision), item(replace(decision, version=1)))
            yield _new_pointer(decision)
        case Add(record):
            yield put(place(record), item(replace(record, version=1)), is_new(place(record)))
        case Replace(Decision() as decision):
            yield from _replace_decision(calls, decision)
        case Replace(record):
            yield put(place(record), item(_next(record)), is_as_read(record))
        case Put(Order() as order):
            yield from _put_order(calls, order)
        case Put(User() as user, read):
            yield _put_user(calls, user, read)
        case Remove(kind, key):
            yield from _remove(calls, kind, key)
        case ShowScore(user_id):
            score = tag(write.score)
            shown = {"engagementScore": score, "engagementScoreComputed": score}
            yield update(place_of(User, user_id), shown, shows_what_was_read(write))


def last_of_each(writes: Sequence[Write]) -> list[Write]:
    """Without the puts and removes that a later one writes over: a transaction takes one action for each item."""
    last: dict[object, Write] = {}
    for number, write in enumerate(writes):
        key = _outside_key(write) or number
        last.pop(key, None)
        last[key] = write
    return list(last.values())


def guarded(write: Write) -> bool:
    """Whether somebody else's write can refuse this one."""
    return not isinstance(write, Put | Remove) or (isinstance(write, Put) and write.etag is not None)


def _outside_key(write: Write) -> tuple[type, str] | None:
    match write:
        case Put(record):
            return type(record), id_of(record)
        case Remove(kind, key):
            return kind, key
    return None


def _next(record: Record) -> Record:
    return replace(record, version=record.version + 1)


def _put_user(calls: Calls, user: User, read: str | None) -> Action:
    """Tied to an etag: the user is read, its etag compared, and the put tied to the attributes that it covers."""
    where = place(user)
    if read is None:
        return put(where, item(user))
    found = calls.get(where.schema, where.key)
    stored = record_of(User, found) if found else None
    if found is None or stored is None or etag(stored) != read:
        raise Conflict("users: the user is no longer the one that was read")
    return put(where, item(user), is_untouched(found))


def _put_order(calls: Calls, order: Order) -> Iterator[Action]:
    """The order beside its user's others, its pointer to it; from the user it moved away from it goes."""
    at = place_of(Order, order.order_id)
    found = calls.get(at.schema, at.key)
    yield put(place(order), item(order))
    if found is None:
        yield _new_pointer(order)
    elif pointed_at(found) == place(order):
        yield check(at, points_where_it_did(found))
    else:
        yield put(at, pointer(order), points_where_it_did(found))
        yield delete(pointed_at(found))


def _new_pointer(record: Order | Decision) -> Action:
    at = place_of(type(record), id_of(record))
    return put(at, pointer(record), is_new(at))


def _replace_decision(calls: Calls, decision: Decision) -> Iterator[Action]:
    at = place_of(Decision, decision.decision_id)
    found = calls.get(at.schema, at.key)
    if found is None:
        raise Conflict(f"decision {decision.decision_id}: is not there")
    if pointed_at(found) == place(decision):
        yield put(place(decision), item(_next(decision)), is_as_read(decision))
        return
    yield delete(pointed_at(found), is_as_read(decision))
    yield put(place(decision), item(_next(decision)))
    yield put(at, pointer(decision))


def _remove(calls: Calls, kind: type[User] | type[Order], key: str) -> Iterator[Action]:
    at = place_of(kind, key)
    if kind is User:
        yield delete(at)
    elif (found := calls.get(at.schema, at.key)) is not None:
        yield delete(pointed_at(found))
        yield delete(at, points_where_it_did(found))
