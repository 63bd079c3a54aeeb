"""Chargemaster prices and contracted fees over time.

Both change on 1 January and 1 July only, so a day's prices are found by its half-year: `period`.
"""

from dataclasses import dataclass

import numpy as np

from data_generator import catalogue, parameters
from data_generator.arrays import NEVER, Array, day_number, stream
from data_generator.parameters import CLASS_PARAMETERS, HOSPITALS, PAYERS
from data_generator.payers import SELF_PAY, Payers

_YEARS = range(parameters.ANCHOR.year, parameters.HORIZON.year + 1)
PERIOD_STARTS = np.array(
    [day_number(parameters.ANCHOR.replace(year=year, month=month)) for year in _YEARS
     for month in (1, 7)]
)  # fmt: skip
_JANUARY = np.arange(len(PERIOD_STARTS)) % 2 == 0
_BASE = (parameters.PRICE_YEAR - parameters.ANCHOR.year) * 2
_FIRST_CONTRACTS = day_number(parameters.ANCHOR) - 365


@dataclass(frozen=True)
class Contracts:
    """Prices and fees in whole cents per unit, and the fee schedules that they make up.

    A schedule is one payer's fees from `schedule_start` up to `schedule_stop`, the first day of
    the next one (NEVER for the last); its fees are those of `schedule_period`.
    """

    price: Array
    """Period x hospital x item."""
    fee: Array
    """Period x payer x hospital x item; below the price, above zero."""
    schedule_payer: Array
    schedule_period: Array
    schedule_start: Array
    schedule_stop: Array

    def prices(self, day: Array, hospital: Array, item: Array) -> Array:
        """Charge of one unit on a day of service."""
        return self.price[period(day), hospital, item]

    def fees(self, day: Array, payer: Array, hospital: Array, item: Array) -> Array:
        """Allowed amount of one unit on a day of service; SELF's is the discounted price."""
        return self.fee[period(day), payer, hospital, item]


def period(days: Array) -> Array:
    """Place of each day's half-year in the tables of prices and fees."""
    place = np.searchsorted(PERIOD_STARTS, days, side="right") - 1
    return place.clip(0)


def make_contracts(seed: int, payers: Payers) -> Contracts:
    """Draw prices and fees up to the horizon."""
    price = _make_prices(seed)
    renewed = np.array([_renewals(payers, index) for index in range(len(PAYERS))])
    payer, start = np.nonzero(renewed)
    stop = np.where(np.append(payer[1:] == payer[:-1], False), np.append(start[1:], 0), -1)
    starts = PERIOD_STARTS[start]
    return Contracts(
        price=price,
        fee=_make_fees(seed, price, renewed),
        schedule_payer=payer,
        schedule_period=start,
        schedule_start=np.where(start == 0, _FIRST_CONTRACTS, starts),
        schedule_stop=np.where(stop < 0, NEVER, PERIOD_STARTS[stop]),
    )


def _make_prices(seed: int) -> Array:
    generator = stream(seed, "chargemaster")
    base = np.array([item.price for item in catalogue.ITEMS])
    spread = np.exp(generator.normal(0, 0.05, (2, len(base))))
    factors = np.array(parameters.HOSPITAL_PRICE_FACTORS)[:, None]
    rises = stream(seed, "price rises").uniform(*parameters.PRICE_RISE, (len(PERIOD_STARTS), 2))
    level = _levels(np.where(_JANUARY[:, None], 0.0, rises))
    dollars: Array = np.rint(base * factors * spread * level[:, :, None]).astype(np.int64)
    return dollars * 100


def _levels(rises: Array) -> Array:
    """Level of each period after its rise, 1 in the first period of PRICE_YEAR."""
    level = np.cumprod(1 + rises, axis=0)
    return np.asarray(level / level[_BASE])


def _renewals(payers: Payers, payer: int) -> Array:
    """The periods that begin with a new schedule of a payer, the first one included."""
    if payer == SELF_PAY:
        renewed = ~_JANUARY  # a discount from the price changes when the price does
    elif PAYERS[payer].payer_id in parameters.MIDYEAR_PAYERS:
        renewed = np.ones(len(PERIOD_STARTS), dtype=bool)
    else:
        renewed = _JANUARY.copy()
    # who has merged into another payer runs off on its last schedule
    valid: Array = renewed & (payers.merged_day[payer] > PERIOD_STARTS)
    valid[0] = True
    return valid


def _make_fees(seed: int, price: Array, renewed: Array) -> Array:
    generator = stream(seed, "contracts")
    professional = np.array([item.claim_type == "P" for item in catalogue.ITEMS])
    shape = price.shape[1:]
    levels = _fee_levels(seed, renewed)
    fee = np.empty((len(price), len(PAYERS), *shape), dtype=np.int64)
    low, high = parameters.FEE_RATIO_RANGE
    for index, payer in enumerate(PAYERS):
        ratio = CLASS_PARAMETERS[payer.payer_class].allowed_ratio
        if index == SELF_PAY:
            wanted = price * ratio
        else:
            bonus = parameters.PROFESSIONAL_ALLOWED_BONUS * professional
            spread = np.exp(generator.normal(0, parameters.FEE_CODE_SIGMA, shape))
            ratios = np.clip((ratio + bonus) * payer.allowed_factor * spread, low, high)
            wanted = price[_BASE] * ratios * levels[:, index, None, None]
        fee[:, index] = np.clip(np.rint(wanted), 1, price - 1)
    return _hold(fee, renewed)


def _fee_levels(seed: int, renewed: Array) -> Array:
    """Level of each payer's fees by period x payer, 1 in the first period of PRICE_YEAR."""
    generator = stream(seed, "fee rises")
    size = (len(PERIOD_STARTS), len(PAYERS))
    january = generator.uniform(*parameters.FEE_RISE, size)
    july = generator.uniform(*parameters.MIDYEAR_FEE_RISE, size)
    rises = np.where(_JANUARY[:, None], january, july)
    return _levels(np.where(renewed.T, rises, 0.0))


def _hold(fee: Array, renewed: Array) -> Array:
    """Keep the fees of each schedule until the payer's next one."""
    periods = np.arange(len(fee))
    for index in range(len(PAYERS)):
        source = np.maximum.accumulate(np.where(renewed[index], periods, 0))
        fee[:, index] = fee[source, index]
    return fee


FEES_PER_SCHEDULE = len(HOSPITALS) * len(catalogue.ITEMS)
"""Rows of one schedule, hospital by hospital and item by item."""
