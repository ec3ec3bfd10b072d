"""A change of the policy: fields checked, one guarded commit."""

from collections.abc import Mapping

from winback.acts.again import again
from winback.domain.policy import Policy
from winback.domain.policy_change import Given, changed
from winback.ports import World, saved
from winback.steps.present import current_policy


def set_policy(world: World, assignments: Mapping[str, Given]) -> tuple[Policy, Policy]:
    """The policy before and after. Raises Refused, naming the field, if a value is not allowed: nothing changes."""

    def act() -> tuple[Policy, Policy]:
        before = current_policy(world)
        after = changed(before, assignments)
        if after != before:
            world.store.commit(saved(after))
        return before, after

    return again(world.clock, act)
