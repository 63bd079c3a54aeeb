"""Encounters, billing accounts and charge lines of one block of a month."""

import calendar
import datetime as dt
from dataclasses import dataclass

import numpy as np

from data_generator import catalogue, parameters
from data_generator.arrays import (
    Array,
    Rows,
    between,
    business_day,
    choose,
    concatenate,
    day_number,
    group_sum,
    is_holiday,
    stream,
    weekday,
    whole_days,
)
from data_generator.pools import World

_KINDS = catalogue.VISIT_KINDS
_DEPARTMENT_KEYS = [item.key for item in catalogue.DEPARTMENTS]
_DIAGNOSIS_INDEX = {code: index for index, code in enumerate(catalogue.DIAGNOSIS_CODES)}
_DIAGNOSIS_GROUPS = tuple(catalogue.DIAGNOSES)
_MAX_DIAGNOSES = len(catalogue.DIAGNOSIS_COUNTS)
_UNIT_RULES = np.array([item.units for item in catalogue.ITEMS])
_EVALUATION_FAMILIES = ("office_visit", "emergency")

_SEASONS = np.array([parameters.SEASONALITY.get(item.department, (1.0,) * 12) for item in _KINDS])
"""Factor on the share of each kind of visit by calendar month."""

EMERGENCY, INPATIENT = 2, 3
PROFESSIONAL, INSTITUTIONAL = 0, 1


@dataclass(frozen=True)
class Block:
    """The visits of one block: columns of encounters, accounts, lines and diagnoses.

    Accounts refer to encounters, and lines to accounts, by position; lines are ordered by
    account. `month` is yyyymm, `number` the block's place in the month.
    """

    month: int
    number: int
    encounters: Rows
    diagnoses: Rows
    accounts: Rows
    lines: Rows

    @property
    def size(self) -> int:
        """Number of accounts."""
        return len(self.accounts["number"])


def month_days(month: int) -> tuple[int, int]:
    """First day number and number of days of a month given as yyyymm."""
    year, place = divmod(month, 100)
    return day_number(dt.date(year, place, 1)), calendar.monthrange(year, place)[1]


def accounts_of_month(claims_per_month: int, month: int) -> int:
    """Number of accounts with service in a month."""
    return max(1, round(claims_per_month * parameters.MONTH_FACTORS[month % 100 - 1]))


def make_visits(world: World, month: int, number: int, first: int, size: int) -> Block:
    """Draw the visits of one block: `size` accounts numbered from `first`."""
    encounters, account_encounter, template = _make_encounters(world, month, number, size)
    accounts = _make_accounts(encounters, account_encounter, template, first)
    encounters["number"] = accounts["number"][
        np.searchsorted(account_encounter, np.arange(len(encounters["kind"])))
    ]
    lines = _make_lines(world, month, number, accounts)
    count = len(accounts["number"])
    accounts["lines"] = np.bincount(lines["account"], minlength=count)
    accounts["first_line"] = np.cumsum(accounts["lines"]) - accounts["lines"]
    accounts["billed"] = group_sum(lines["charge"], lines["account"], count)
    accounts["allowed"] = group_sum(lines["allowed"], lines["account"], count)
    accounts["last_post"] = np.maximum.reduceat(lines["post"], accounts["first_line"])
    accounts["family"] = _ITEM_FAMILY[lines["item"][accounts["first_line"]]]
    diagnoses, principal = _make_diagnoses(world, month, number, encounters)
    accounts["diagnosis"] = principal[account_encounter]
    return Block(month, number, encounters, diagnoses, accounts, lines)


_ITEM_FAMILY = np.array([catalogue.FAMILIES.index(item.family) for item in catalogue.ITEMS])


def _make_encounters(world: World, month: int, number: int, size: int) -> tuple[Rows, Array, Array]:
    generator = stream(world.seed, "encounters", month, number)
    season = _SEASONS[:, month % 100 - 1]
    kind = choose(generator, np.array([item.share for item in _KINDS]) * season, size)
    second_chance = generator.random(size)
    hospital = choose(generator, parameters.HOSPITAL_SHARES, size)
    setting = np.array([catalogue.SETTINGS.index(item.setting) for item in _KINDS])[kind]
    admit = _admit_days(generator, month, number, setting)
    patient = _choose_patients(generator, world, month, hospital)
    department = np.array([_DEPARTMENT_KEYS.index(item.department) for item in _KINDS])[kind]
    department = department + hospital * len(_DEPARTMENT_KEYS)
    provider = world.providers.draw(department, admit, generator.random(size))
    mean_stay = np.array([item.mean_stay_days for item in _KINDS])[kind]
    shape = parameters.STAY_SHAPE
    nights = 1 + whole_days(generator.gamma(shape, 1.0, size) * (mean_stay - 0.5) / shape)
    stay = np.where(mean_stay > 0, nights.clip(1, parameters.MAX_STAY_DAYS), 0)

    templates, has_second = _account_templates(kind, second_chance)
    total = np.cumsum(1 + has_second)
    kept = int(np.searchsorted(total, size)) + 1
    has_second = has_second[:kept]
    if total[kept - 1] > size:
        has_second[-1] = False
    account_encounter = np.repeat(np.arange(kept), 1 + has_second)
    is_second = np.zeros(len(account_encounter), dtype=np.int64)
    is_second[1:] = account_encounter[1:] == account_encounter[:-1]
    # a stay is paid by who covered its first day
    belief = world.coverages.on(world.patients.person[patient], admit)
    encounters = {
        "kind": kind,
        "hospital": hospital,
        "setting": setting,
        "patient": patient,
        "coverage": belief["ordinal"],
        "payer": belief["payer"],
        "secondary": belief["secondary"],
        "in_gap": belief["in_gap"],
        "department": department,
        "provider": provider,
        "admit": admit,
        "discharge": admit + stay,
    }
    encounters = {name: values[:kept] for name, values in encounters.items()}
    return encounters, account_encounter, templates[account_encounter, is_second]


def _account_templates(kind: Array, second_chance: Array) -> tuple[Array, Array]:
    """Template of the first and second account of each encounter, and whether there are two."""
    names = catalogue.TEMPLATE_NAMES
    table = np.zeros((len(_KINDS), 2), dtype=np.int64)
    chance = np.zeros(len(_KINDS))
    for row, item in enumerate(_KINDS):
        for column, (name, share) in enumerate(item.accounts):
            table[row, column] = names.index(name)
            chance[row] = share if column else 0.0
    return table[kind], second_chance < chance[kind]


def _admit_days(generator: np.random.Generator, month: int, number: int, setting: Array) -> Array:
    first, days = month_days(month)
    weekdays = weekday(first + np.arange(days))
    office = np.array(parameters.OFFICE_WEEKDAY_WEIGHTS)[weekdays]
    closed = is_holiday(first + np.arange(days))
    office = office * np.where(closed, parameters.HOLIDAY_VISITS_FACTOR, 1.0)
    scheduled = choose(generator, office, len(setting))
    unscheduled = choose(generator, np.array(parameters.EMERGENCY_WEEKDAY_WEIGHTS)[weekdays],
                         len(setting))  # fmt: skip
    day = np.where(setting >= EMERGENCY, unscheduled, scheduled)
    if number == 0:
        # one visit on every day, so that the last day of any period delivers something
        spread = min(days, len(day) // 2)
        day[:spread] = np.arange(days)[-spread:]
    return first + day


def _choose_patients(
    generator: np.random.Generator, world: World, month: int, hospital: Array
) -> Array:
    """Patients who outlive the month and a stay; low numbers visit more often than high ones."""
    first, days = month_days(month)
    last = first + days + parameters.MAX_STAY_DAYS
    alive = np.flatnonzero(world.people.death_day[world.patients.person] >= last)
    alive_a = int(np.searchsorted(alive, world.patients.count_a))
    draw = generator.random(len(hospital)) ** parameters.VISIT_SKEW
    place = np.where(
        hospital == 0,
        whole_days(draw * alive_a),
        alive_a + whole_days(draw * (len(alive) - alive_a)),
    )
    return alive[place]


def _make_accounts(encounters: Rows, account_encounter: Array, template: Array, first: int) -> Rows:
    institutional = np.array([item.claim_type == "I" for item in catalogue.TEMPLATES.values()])
    carried = ("hospital", "patient", "coverage", "payer", "secondary", "in_gap",
               "department", "provider", "admit", "discharge")  # fmt: skip
    accounts = {name: encounters[name][account_encounter] for name in carried}
    accounts["encounter"] = account_encounter
    accounts["number"] = first + np.arange(len(template))
    accounts["template"] = template
    accounts["claim_type"] = institutional[template].astype(np.int64)
    clinic = np.array([item.facility for item in catalogue.DEPARTMENTS] * 2)
    accounts["facility"] = accounts["hospital"] * 2 + clinic[accounts["department"]]
    return accounts


def _make_lines(world: World, month: int, number: int, accounts: Rows) -> Rows:
    generator = stream(world.seed, "lines", month, number)
    parts = []
    for index, template in enumerate(catalogue.TEMPLATES.values()):
        which = np.flatnonzero(accounts["template"] == index)
        parts.append(_draw_items(generator, template, which))
    lines = concatenate(parts)
    order = np.argsort(lines["account"], kind="stable")
    lines = {name: values[order] for name, values in lines.items()}
    _add_dates(world, month, number, accounts, lines)
    _add_units_and_money(world, generator, accounts, lines)
    _add_modifiers(generator, accounts, lines)
    return lines


def _draw_items(generator: np.random.Generator, template: catalogue.Template, which: Array) -> Rows:
    """Items of the accounts `which`: one of `first`, then different ones of `further`."""
    size = len(which)
    kind = template.claim_type
    counts = 1 + choose(generator, template.line_counts, size)
    firsts = np.array([catalogue.ITEM_INDEX[kind, code] for code in template.first])
    furthers = np.array([catalogue.ITEM_INDEX[kind, code] for code in template.further])
    width = min(len(template.line_counts), 1 + len(furthers))
    first = firsts[choose(generator, list(template.first.values()), size)]
    # Gumbel keys: the largest ones are a weighted draw without replacement
    keys = np.log(list(template.further.values())) + generator.gumbel(size=(size, len(furthers)))
    further = furthers[np.argsort(-keys, axis=1, kind="stable")[:, : width - 1]]
    table = np.concatenate([first[:, None], further], axis=1)
    present = np.arange(width) < counts[:, None]
    return {
        "account": np.repeat(which, counts.clip(max=width)),
        "item": table[present],
        "line": np.broadcast_to(np.arange(1, width + 1), table.shape)[present],
    }


def _add_units_and_money(
    world: World, generator: np.random.Generator, accounts: Rows, lines: Rows
) -> None:
    account, item = lines["account"], lines["item"]
    size = len(item)
    stay = (accounts["discharge"] - accounts["admit"])[account].clip(1)
    few = 1 + choose(generator, (0.42, 0.40, 0.18), size)
    dose = between(generator, (2, 20), size)
    rule = _UNIT_RULES[item]
    lines["units"] = np.select(
        [
            rule == catalogue.STAY,
            rule == catalogue.REST_OF_STAY,
            rule == catalogue.FEW,
            rule == catalogue.DOSE,
        ],
        [stay, (stay - 1).clip(1), few, dose],
        1,
    )
    hospital = accounts["hospital"][account]
    contracts, day = world.contracts, lines["service"]
    payer = accounts["payer"][account]
    lines["charge"] = contracts.prices(day, hospital, item) * lines["units"]
    lines["allowed"] = contracts.fees(day, payer, hospital, item) * lines["units"]


def _add_modifiers(generator: np.random.Generator, accounts: Rows, lines: Rows) -> None:
    """Modifiers by index into catalogue.MODIFIERS, -1 for none."""
    account, item = lines["account"], lines["item"]
    draw = generator.random(len(item))
    fixed = np.array(
        [
            catalogue.MODIFIERS.index(template.modifier) if template.modifier else -1
            for template in catalogue.TEMPLATES.values()
        ]
    )
    first = fixed[accounts["template"][account]]
    family = _ITEM_FAMILY[item]
    professional = accounts["claim_type"][account] == PROFESSIONAL
    several = np.bincount(account, minlength=len(accounts["number"]))[account] > 1
    evaluation = np.isin(family, [catalogue.FAMILIES.index(f) for f in _EVALUATION_FAMILIES])
    surgical = family == catalogue.FAMILIES.index("surgery")
    separate = professional & evaluation & several & (draw < 0.45)
    first = np.where(separate & (first < 0), catalogue.MODIFIERS.index("25"), first)
    sided = professional & surgical & (draw < 0.35) & (first < 0)
    side = np.where(draw < 0.18, catalogue.MODIFIERS.index("RT"), catalogue.MODIFIERS.index("LT"))
    lines["modifier_1"] = np.where(sided, side, first)
    therapy = family == catalogue.FAMILIES.index("therapy")
    distinct = professional & therapy & (lines["line"] > 1) & (draw < 0.25)
    lines["modifier_2"] = np.where(distinct, catalogue.MODIFIERS.index("59"), -1)


def _add_dates(world: World, month: int, number: int, accounts: Rows, lines: Rows) -> None:
    generator = stream(world.seed, "posting", month, number)
    account = lines["account"]
    size = len(account)
    stay = (accounts["discharge"] - accounts["admit"])[account]
    offset = whole_days(generator.random(size) * (stay + 1))
    lines["service"] = accounts["admit"][account] + np.where(lines["line"] == 1, 0, offset)

    institutional = accounts["claim_type"][account] == INSTITUTIONAL
    lag_mean = parameters.POSTING_LAG_MEAN
    slowness = np.array([item.slowness for item in catalogue.DEPARTMENTS] * 2)
    mean = (
        np.where(institutional, lag_mean["I"], lag_mean["P"])
        * world.providers.lag_factor[accounts["provider"][account]]
        * slowness[accounts["department"][account]]
        * world.stories.posting_lag_factor(accounts["department"][account], lines["service"])
    )
    shape = parameters.POSTING_LAG_SHAPE
    lag = whole_days(generator.gamma(shape, 1.0, size) * mean / shape)
    slow = generator.random(size) < parameters.SLOW_LINE_SHARE
    lag = lag + np.where(slow, between(generator, parameters.SLOW_LINE_DAYS, size), 0)
    post = lines["service"] + lag
    lines["post"] = np.where(institutional, post, business_day(post))


def _make_diagnoses(world: World, month: int, number: int, encounters: Rows) -> tuple[Rows, Array]:
    generator = stream(world.seed, "diagnoses", month, number)
    size = len(encounters["kind"])
    group = np.array([_DIAGNOSIS_GROUPS.index(item.diagnoses) for item in _KINDS])[
        encounters["kind"]
    ]
    counts = 1 + choose(generator, catalogue.DIAGNOSIS_COUNTS, size)
    table = np.zeros((size, _MAX_DIAGNOSES), dtype=np.int64)
    for place, codes in enumerate(catalogue.DIAGNOSES.values()):
        which = np.flatnonzero(group == place)
        indices = np.array([_DIAGNOSIS_INDEX[code] for code in codes])
        keys = np.log(list(codes.values())) + generator.gumbel(size=(len(which), len(codes)))
        table[which] = indices[np.argsort(-keys, axis=1, kind="stable")[:, :_MAX_DIAGNOSES]]
    present = np.arange(_MAX_DIAGNOSES) < counts[:, None]
    rows = {
        "encounter": np.repeat(np.arange(size), counts),
        "rank": np.broadcast_to(np.arange(1, _MAX_DIAGNOSES + 1), table.shape)[present],
        "diagnosis": table[present],
    }
    return rows, table[:, 0]


def lines_of(block: Block, account: Array) -> tuple[Array, Array]:
    """Line positions of the accounts, account by account, and the place of each one's owner."""
    count = block.accounts["lines"][account]
    owner = np.repeat(np.arange(len(account)), count)
    start = np.cumsum(count) - count
    offset = np.arange(len(owner)) - start[owner]
    return block.accounts["first_line"][account][owner] + offset, owner
