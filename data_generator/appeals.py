"""Appeals of denied claims."""

import numpy as np

from data_generator import billing
from data_generator.arrays import Rows, stream
from data_generator.pools import World
from data_generator.rework import APPEALED
from data_generator.visits import Block


def appeals(world: World, block: Block, first_totals: Rows, rework: Rows) -> Rows:
    """Rows of the appeals of a block."""
    generator = stream(world.seed, "appeals", block.month, block.number)
    size = len(rework["path"])
    staff = billing.draw_staff(world, generator, "appeals_specialist", size)
    which = np.flatnonzero(rework["path"] == APPEALED)
    return {
        "account": which,
        "version": block.accounts["version"][which],
        "amount": first_totals["denied"][which],
        "staff": staff[which],
        "filed": rework["worked"][which],
        "deadline": rework["deadline"][which],
        "decided": rework["decided"][which],
        "is_overturned": rework["succeeds"][which],
    }
