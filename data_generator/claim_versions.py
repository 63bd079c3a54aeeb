"""The versions of a block's claims: what billing sent first and what follows it."""

import numpy as np

from data_generator import billing
from data_generator.arrays import Array, Rows, concatenate, group_sum
from data_generator.visits import Block, lines_of

ORIGINAL, REPLACEMENT, VOID = 1, 7, 8
"""Frequencies of a claim (CLM05-3)."""

_CLAIM_COLUMNS = ("hospital", "patient", "provider", "facility", "template", "claim_type",
                  "diagnosis", "is_authorized", "admit", "discharge")  # fmt: skip


class Submissions:
    """Claim versions and their 277CA statuses, in the order in which they are sent."""

    def __init__(self, block: Block, claims: Rows, acknowledgements: Rows) -> None:
        """Start with the rows that billing made; these lack the late charges."""
        self._block = block
        payer = block.accounts["payer"]
        size = len(claims["account"])
        none = np.zeros(size, dtype=np.int64)
        self._claims = [
            claims
            | {
                "payer": payer[claims["account"]],
                "payer_sequence": none,
                "lacks_late_charges": ~none.astype(bool),
            }
        ]
        account = acknowledgements["account"]
        self._acknowledgements = [acknowledgements | {"payer": payer[account]}]

    def send(
        self, generator: np.random.Generator, account: Array, *, version: Array, frequency: int,
        replaced: Array, day: Array, secondary: Array | None = None,
    ) -> Array:  # fmt: skip
        """Send a version that is accepted; returns the day of the payer's 277CA.

        `replaced` is the version that a REPLACEMENT or VOID names, else 0. `secondary` names
        other payers than the accounts' own. Arrays are by element of `account`.
        """
        is_secondary = secondary is not None
        payer = self._block.accounts["payer"][account] if secondary is None else secondary
        size = len(account)
        self._claims.append(
            {
                "account": account,
                "version": version,
                "frequency": np.full(size, frequency),
                "replaced_version": replaced,
                "final_bill": day,
                "day": day,
                "payer": payer,
                "payer_sequence": np.full(size, int(is_secondary)),
                "lacks_late_charges": np.zeros(size, dtype=bool),
            }
        )
        statuses, accepted = billing.acknowledge(generator, account, version, day)
        self._acknowledgements.append(statuses | {"payer": np.tile(payer, 2)})
        return accepted

    def rows(self) -> dict[str, Rows]:
        """Rows of claims, claim_lines and claim_acknowledgements."""
        claims = concatenate(self._claims)
        for name in _CLAIM_COLUMNS:
            claims[name] = self._block.accounts[name][claims["account"]]
        index, owner = lines_of(self._block, claims["account"])
        lines = self._block.lines
        present = ~(lines["is_late_charge"][index] & claims["lacks_late_charges"][owner])
        index, owner = index[present], owner[present]
        claims["billed"] = group_sum(lines["charge"][index], owner, len(claims["account"]))
        del claims["lacks_late_charges"]
        return {
            "claims": claims,
            "claim_lines": {
                "account": claims["account"][owner],
                "version": claims["version"][owner],
                "hospital": claims["hospital"][owner],
                "line": lines["line"][index],
                "item": lines["item"][index],
                "modifier_1": lines["modifier_1"][index],
                "modifier_2": lines["modifier_2"][index],
                "units": lines["units"][index],
                "amount": lines["charge"][index],
                "service": lines["service"][index],
                "day": claims["day"][owner],
            },
            "claim_acknowledgements": concatenate(self._acknowledgements),
        }
