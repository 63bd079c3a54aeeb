"""After the payer: write-offs of lost denials, patient payments, charity and bad debt."""

import numpy as np

from data_generator import parameters
from data_generator.arrays import (
    NEVER,
    Array,
    Rows,
    between,
    business_day,
    choose,
    concatenate,
    group_sum,
    select,
    stream,
    whole_days,
)
from data_generator.billing import draw_staff
from data_generator.parameters import CLASS_PARAMETERS, PAYERS
from data_generator.pools import SELF_PAY, World
from data_generator.visits import Block

ADJUSTMENT_TYPES = ("denial_writeoff", "bad_debt", "charity", "small_balance",
                    "uninsured_discount")  # fmt: skip
_DENIAL, _BAD_DEBT, _CHARITY, _SMALL, _DISCOUNT = range(5)
_VISIT, _STATEMENT, _PORTAL = range(3)
REFUNDED_TO = ("patient", "primary", "secondary")


def settle(
    world: World, block: Block, *, owed: Array, start: Array, stop: Array, lost: Array,
    lost_day: Array, other_refunds: Rows,
) -> dict[str, Rows]:  # fmt: skip
    """Settle what the payers leave open.

    By account: `owed` is what the payers leave to the patient in the end (cents) and `start` the
    day on which that is known; from the day `stop` on the patient owes nothing at all. `lost` are
    denied charges that only a write-off can clear, known on `lost_day`. Self-pay accounts owe
    their allowed amount from the bill on. Returns rows of patient_payments, account_adjustments
    and refunds. What patients have paid beyond what they owe is a credit until it is refunded.
    """
    accounts = block.accounts
    generator = stream(world.seed, "patients pay", block.month, block.number)
    is_self = accounts["payer"] == SELF_PAY
    discount = accounts["billed"] - accounts["allowed"]
    owed = np.where(is_self, accounts["allowed"], owed)
    start = np.where(is_self, accounts["final_bill"], start)
    visit_payments, at_visit = _pay_at_visit(generator, accounts)
    left = (owed - at_visit).clip(0)
    payments, adjustments = _settle_patient(world, generator, accounts, left, start)
    paid = concatenate([visit_payments, *payments])
    paid = select(paid, paid["day"] < stop[paid["account"]])
    # a debt that is taken back is never written off, whichever came first: no one paid it
    adjustments = [select(rows, stop[rows["account"]] == NEVER) for rows in adjustments]
    discounted = np.flatnonzero(is_self & (discount > 0))
    adjustments += [
        _adjustment(discounted, 1, _DISCOUNT, discount, np.full(len(lost), -1),
                    accounts["final_bill"]),
        _write_off_denials(world, block, lost, lost_day),
    ]  # fmt: skip
    credit = np.where(
        stop < NEVER,
        group_sum(paid["amount"], paid["account"], block.size),
        (at_visit - owed).clip(0),
    )
    known = np.where(stop < NEVER, stop, start)
    refunds = _refund(world, block, credit, known, stop == NEVER)
    return {
        "patient_payments": paid,
        "account_adjustments": concatenate(adjustments),
        "refunds": concatenate([refunds, other_refunds]),
    }


def _pay_at_visit(generator: np.random.Generator, accounts: Rows) -> tuple[Rows, Array]:
    """Copays taken at the visit, posted when the account's charges stand on it.

    Nobody knows then what the payer will say, so the patient may owe less in the end. Who has a
    second coverage pays nothing at the visit.
    """
    size = len(accounts["copay"])
    copay = accounts["copay"]
    pays = (copay > 0) & (accounts["secondary"] < 0)
    pays &= generator.random(size) < parameters.COPAY_AT_VISIT_SHARE
    method = choose(generator, parameters.PAYMENT_METHOD_WEIGHTS["visit"], size)
    source = np.full(size, _VISIT)
    which = np.flatnonzero(pays)
    return (
        _payment(which, 1, method, source, copay, accounts["last_post"]),
        np.where(pays, copay, 0),
    )


def _refund(world: World, block: Block, credit: Array, day: Array, may_stay: Array) -> Rows:
    """Refunds of patients' credits known on `day`; some stay on the account where they may."""
    generator = stream(world.seed, "refunds", block.month, block.number)
    stays = may_stay & (generator.random(block.size) >= parameters.REFUND_SHARE)
    later = business_day(day + between(generator, parameters.PATIENT_REFUND_DAYS, block.size))
    which = np.flatnonzero((credit > 0) & ~stays)
    none = np.zeros(len(which), dtype=np.int64)
    return {
        "account": which,
        "ordinal": none + 1,
        "to": none,
        "amount": credit[which],
        "day": later[which],
    }


def _settle_patient(
    world: World, generator: np.random.Generator, accounts: Rows, balance: Array, start: Array
) -> tuple[list[Rows], list[Rows]]:
    size = len(balance)
    statement = start + between(generator, parameters.FIRST_STATEMENT_DAYS, size)
    small = (
        (balance > 0)
        & (balance < parameters.SMALL_BALANCE_DOLLARS * 100)
        & (generator.random(size) < parameters.SMALL_BALANCE_SHARE)
    )
    fate = _draw_fates(generator, accounts, balance)
    open_ = (balance > 0) & ~small
    pays = open_ & (fate == 0)
    breaks = open_ & (fate == 1)
    charity = open_ & (fate == 2)
    bad = open_ & ((fate == 3) | (fate == 1))

    payments = _pay_later(generator, balance, statement, pays, breaks)
    broken = np.where(breaks, balance // 3, 0)
    nobody = np.full(size, -1)
    small_day = business_day(statement + between(generator, parameters.SMALL_BALANCE_DAYS, size))
    charity_day = business_day(statement + between(generator, parameters.CHARITY_DAYS, size))
    staff = draw_staff(world, generator, "biller", size, charity_day)
    late = generator.random(size) ** parameters.BAD_DEBT_SKEW
    bad_day = business_day(
        statement
        + parameters.BAD_DEBT_MIN_DAYS
        + whole_days(late * (parameters.BAD_DEBT_SPREAD_DAYS + 1))
    )
    adjustments = [
        _adjustment(np.flatnonzero(small), 2, _SMALL, balance, nobody, small_day),
        _adjustment(np.flatnonzero(charity), 3, _CHARITY, balance, staff, charity_day),
        _adjustment(np.flatnonzero(bad), 4, _BAD_DEBT, balance - broken, nobody, bad_day),
    ]
    return payments, adjustments


def _draw_fates(generator: np.random.Generator, accounts: Rows, balance: Array) -> Array:
    """0 pays in full, 1 stops after a third, 2 charity, 3 bad debt, 4 stays open."""
    size = len(balance)
    classes = [CLASS_PARAMETERS[item.payer_class] for item in PAYERS]
    payer = accounts["payer"]
    dollars = (balance / 100).clip(5)
    collected = np.array([item.collected for item in classes])[payer]
    collected = collected * (dollars / 100) ** parameters.COLLECTED_AMOUNT_EXPONENT
    collected = collected.clip(0.02, 0.92)
    draw = generator.random(size)
    rest = (draw - collected) / (1 - collected)
    charity = np.array([item.charity for item in classes])[payer]
    edges = (parameters.BROKEN_PLAN_SHARE, parameters.NEVER_RESOLVED_SHARE)
    return np.select(
        [
            draw < collected,
            (rest < edges[0]) & (balance >= 3000),
            rest < edges[0] + charity,
            rest < edges[0] + charity + edges[1],
        ],
        [0, 1, 2, 4],
        3,
    )


def _pay_later(
    generator: np.random.Generator, balance: Array, statement: Array, pays: Array, breaks: Array
) -> list[Rows]:
    """Payments after statements, in one to three instalments; those who break pay the first."""
    size = len(balance)
    plan = 1 + choose(generator, parameters.INSTALMENT_WEIGHTS, size)
    plan = np.where(balance >= parameters.INSTALMENT_MIN_DOLLARS * 100, plan, 1)
    part = np.where(breaks, balance // 3, balance // plan)
    lag = whole_days(generator.gamma(1.5, parameters.FIRST_PATIENT_PAYMENT_MEAN_DAYS / 1.5, size))
    day = statement + 3 + lag
    method = choose(generator, parameters.PAYMENT_METHOD_WEIGHTS["later"], size)
    source = np.where(generator.random(size) < parameters.PORTAL_SHARE, _PORTAL, _STATEMENT)
    payments = []
    for instalment in range(1, 4):
        due = pays & (plan >= instalment)
        if instalment == 1:
            due = due | breaks
        is_last = pays & (plan == instalment)
        amount = np.where(is_last, balance - part * (plan - 1), part)
        payments.append(
            _payment(
                np.flatnonzero(due & (amount > 0)),
                1 + instalment,
                method,
                source,
                amount,
                day + (instalment - 1) * parameters.INSTALMENT_DAYS,
            )
        )
    return payments


def _write_off_denials(world: World, block: Block, lost: Array, final: Array) -> Rows:
    generator = stream(world.seed, "write-offs", block.month, block.number)
    size = len(lost)
    small = lost < parameters.WRITEOFF_SMALL_DOLLARS * 100
    spread = np.where(small, parameters.WRITEOFF_SMALL_SPREAD_DAYS, parameters.WRITEOFF_SPREAD_DAYS)
    wait = parameters.WRITEOFF_MIN_DAYS + whole_days(
        generator.random(size) ** parameters.WRITEOFF_SKEW * (spread + 1)
    )
    never = generator.random(size) < parameters.WRITEOFF_NEVER_SHARE
    day = np.where(never, NEVER, business_day(final + wait))
    staff = draw_staff(world, generator, "ar_agent", size, day)
    return _adjustment(np.flatnonzero((lost > 0) & ~never), 5, _DENIAL, lost, staff, day)


def _adjustment(
    which: Array, ordinal: int, kind: int, amount: Array, staff: Array, day: Array
) -> Rows:
    return {
        "account": which,
        "ordinal": np.full(len(which), ordinal),
        "kind": np.full(len(which), kind),
        "amount": amount[which],
        "staff": staff[which],
        "day": day[which],
    }


def _payment(
    which: Array, ordinal: int, method: Array, source: Array, amount: Array, day: Array
) -> Rows:
    return {
        "account": which,
        "ordinal": np.full(len(which), ordinal),
        "method": method[which],
        "source": source[which],
        "amount": amount[which],
        "day": day[which],
    }
