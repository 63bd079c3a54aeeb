"""Which claims need a prior authorization number, and which carry one."""

import numpy as np

from data_generator import catalogue, parameters
from data_generator.arrays import stream
from data_generator.pools import SELF_PAY, World
from data_generator.visits import Block

_NEEDS = np.array(
    [
        [
            family in parameters.PRIOR_AUTHORIZATION_FAMILIES[payer_class]
            for family in catalogue.FAMILIES
        ]
        for payer_class in parameters.PAYER_CLASSES
    ]
)
"""Whether a number is needed, payer class x family of the claim's first line."""

_MISSING = np.array(
    [parameters.MISSING_AUTHORIZATION_SHARES.get(family, 0.0) for family in catalogue.FAMILIES]
)


def authorize(world: World, block: Block) -> None:
    """Add needs_authorization, is_authorized, lack_chance and is_new_rule to the accounts.

    `lack_chance` is how likely a claim of its kind is to leave without a number that it needs.
    `is_new_rule` marks claims that a story's payer denies for want of a number which it did not
    ask for before; they leave without it.
    """
    accounts = block.accounts
    generator = stream(world.seed, "authorization", block.month, block.number)
    size = block.size
    payer, family = accounts["payer"], accounts["family"]
    needed = _NEEDS[world.payers.class_index[payer], family]
    draw = generator.random(size)
    carried = np.where(
        needed,
        draw >= _MISSING[family],
        (draw < parameters.UNNEEDED_AUTHORIZATION_SHARE) & (payer != SELF_PAY),
    )
    new_rule = generator.random(size) < world.stories.denial_share(payer, family, accounts["admit"])
    accounts["lack_chance"] = np.where(needed, _MISSING[family], 0.0)
    accounts["is_new_rule"] = new_rule
    accounts["needs_authorization"] = needed | new_rule
    accounts["is_authorized"] = carried & ~new_rule
