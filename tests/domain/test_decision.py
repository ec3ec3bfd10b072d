"""Decision ids and arms: derived, stable, spread as they should be."""

from datetime import timedelta

import pytest

from builders import NOW
from winback.domain.decision import arm_of, decision_id
from winback.domain.mailbox import normalised
from winback.domain.policy import Policy


def arm(address: str, campaign: str = "winback", share: float = 0.2, salt: str = Policy().holdout_salt) -> str:
    return arm_of(normalised(address), campaign, salt, share)


def test_a_decision_has_one_id_and_shares_it_with_no_other() -> None:
    first = decision_id("u-1", NOW, 1)
    later = NOW + timedelta(milliseconds=1)
    others = {decision_id("u-1", NOW, 2), decision_id("u-2", NOW, 1), decision_id("u-1", later, 1)}
    assert decision_id("u-1", NOW, 1) == first
    assert len({first, *others}) == 4


@pytest.mark.parametrize("number", range(1, 11))
def test_the_runbooks_clients_are_mailed_by_default(number: int) -> None:
    policy = Policy()
    assert arm_of(f"test{number}@example.com", policy.campaign, policy.holdout_salt, policy.holdout_share) == "treated"


def test_the_holdout_is_the_share_it_should_be() -> None:
    held = sum(arm(f"client{number}@shop.example") == "holdout" for number in range(100_000))
    assert held / 100_000 == pytest.approx(0.2, abs=0.005)


def test_all_spellings_of_a_mailbox_are_in_one_arm() -> None:
    spellings = ["held.out@gmail.com", "HeldOut@googlemail.com", "held.out+shop@gmail.com"]
    for campaign in map(str, range(50)):
        assert len({arm(spelling, campaign) for spelling in spellings}) == 1


def test_campaigns_and_salts_draw_anew() -> None:
    addresses = [f"client{number}@shop.example" for number in range(1000)]
    spring = [arm(address, "spring") for address in addresses]
    assert [arm(address, "autumn") for address in addresses] != spring
    assert [arm(address, "spring", salt="another") for address in addresses] != spring


def test_a_larger_share_only_adds_to_the_holdout() -> None:
    addresses = [f"client{number}@shop.example" for number in range(2000)]
    small, large = ({each for each in addresses if arm(each, share=share) == "holdout"} for share in (0.1, 0.5))
    assert small < large


@pytest.mark.parametrize(("share", "expected"), [(0.0, "treated"), (1.0, "holdout")])
def test_no_share_treats_everybody_and_a_full_one_nobody(share: float, expected: str) -> None:
    assert {arm(f"client{number}@shop.example", share=share) for number in range(500)} == {expected}
