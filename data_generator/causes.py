"""Why a claim is bound to be denied: late filing, a lapsed coverage, no number, a mistake."""

import numpy as np

from data_generator import parameters
from data_generator.arrays import Rows, stream
from data_generator.pools import World
from data_generator.rejections import is_adjudicated
from data_generator.visits import Block

(NONE, TIMELY, GAP, AUTHORIZATION, BILLER_MISTAKE, CODER_MISTAKE, ELIGIBILITY_STORY) = range(7)
"""Causes of a denial, by account; NONE also where a payer denies for no cause that we know."""


def draw_causes(world: World, block: Block) -> Rows:
    """Add `cause` to the accounts: why each is denied whatever else happens, NONE for the rest.

    Returns `usual`, the cause that threatens an account leaving stories aside, and `chance`, how
    likely it is to be denied for it. A payer's rate of denials contains these; the denials of
    stories come on top of it.
    """
    accounts = block.accounts
    generator = stream(world.seed, "causes", block.month, block.number)
    size = block.size
    sent = is_adjudicated(accounts)
    late = sent & accounts["is_late"]
    gap = sent & accounts["in_gap"]
    missing = sent & accounts["needs_authorization"] & ~accounts["is_authorized"]
    new_rule = sent & accounts["is_new_rule"]
    mistake = np.where(sent, accounts["mistake"], NONE)
    usual_mistake = np.where(accounts["is_usual_mistake"], mistake, NONE)

    draw = generator.random(size)
    denied_gap = gap & (draw < parameters.COVERAGE_GAP_DENIAL)
    draw = generator.random(size)
    denied_missing = missing & (new_rule | (draw < parameters.MISSING_AUTHORIZATION_DENIAL))
    share = world.stories.eligibility_share(accounts["payer"], accounts["admit"])
    wave = sent & (generator.random(size) < share)
    accounts["cause"] = np.select(
        [late, denied_gap, denied_missing, mistake != NONE, wave],
        [TIMELY, GAP, AUTHORIZATION, mistake, ELIGIBILITY_STORY],
        NONE,
    )
    missing = missing & ~new_rule
    usual = np.select([late, gap, missing], [TIMELY, GAP, AUTHORIZATION], usual_mistake)
    chance = np.array(
        [0.0, 1.0, parameters.COVERAGE_GAP_DENIAL, parameters.MISSING_AUTHORIZATION_DENIAL,
         1.0, 1.0, 1.0]
    )[usual]  # fmt: skip
    return {"usual": usual, "chance": chance}
