"""Offices and payers close on weekends and federal holidays; departments have their seasons."""

import datetime as dt
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from simulated_world import MONTHS, SIZE, of_blocks, world

from data_generator import catalogue, parameters
from data_generator.arrays import (
    EPOCH,
    business_day,
    calendar_place,
    day_number,
    is_holiday,
    weekday,
)
from data_generator.lives import simulate_block
from data_generator.parameters import PAYERS
from data_generator.payment_days import payment_day
from data_generator.visits import accounts_of_month

# as published by the US Office of Personnel Management; 2021 and 2022 have observed days
HOLIDAYS = [
    dt.date.fromisoformat(day)
    for day in (
        "2021-07-05", "2021-12-24", "2021-12-31", "2022-06-20", "2022-12-26",
        "2024-01-01", "2024-01-15", "2024-02-19", "2024-05-27", "2024-06-19", "2024-07-04",
        "2024-09-02", "2024-10-14", "2024-11-11", "2024-11-28", "2024-12-25",
        "2025-01-01", "2025-01-20", "2025-02-17", "2025-05-26", "2025-06-19", "2025-07-04",
        "2025-09-01", "2025-10-13", "2025-11-11", "2025-11-27", "2025-12-25",
    )
]  # fmt: skip
TWO_YEARS = np.arange(day_number(dt.date(2024, 1, 1)), day_number(dt.date(2026, 1, 1)))
_SCHEDULED = [place for place, item in enumerate(catalogue.VISIT_KINDS) if item.setting == "OFFICE"]


def test_the_holidays_are_those_of_the_federal_government() -> None:
    days = np.array([day_number(day) for day in HOLIDAYS])
    assert is_holiday(days).all()
    of_two_years = TWO_YEARS[is_holiday(TWO_YEARS)]
    assert of_two_years.tolist() == [day for day in days.tolist() if day in TWO_YEARS]


def test_a_business_day_is_the_first_open_day() -> None:
    closed = {day_number(day) for day in HOLIDAYS}
    for day, found in zip(TWO_YEARS[:-5], business_day(TWO_YEARS[:-5]), strict=True):
        wanted = int(day)
        while (EPOCH + dt.timedelta(days=wanted)).weekday() > 4 or wanted in closed:
            wanted += 1
        assert found == wanted


def test_days_beyond_the_calendar_stay() -> None:
    far = np.array([10**7, day_number(dt.date(1990, 1, 6))])
    assert business_day(far).tolist()[0] == 10**7
    assert len(calendar_place(far)) == 2


@pytest.mark.parametrize("payer", range(len(PAYERS)))
def test_check_runs_fall_on_the_payers_weekdays_or_on_the_business_day_after_a_holiday(
    payer: int,
) -> None:
    paid = payment_day(world(), np.full(len(TWO_YEARS), payer), TWO_YEARS)
    assert not is_holiday(paid).any()
    usual = np.isin(weekday(paid), PAYERS[payer].pay_weekdays)
    assert usual.mean() > 0.9
    moved = is_holiday(paid - 1) | is_holiday(paid - 3) & (weekday(paid) == 0)
    assert moved[~usual].all()
    assert ((paid >= TWO_YEARS) & (paid - TWO_YEARS <= 8)).all()
    assert (np.diff(paid) >= 0).all()


def test_no_business_is_done_on_a_holiday() -> None:
    days = Counter[str]()
    on_holidays = Counter[str]()
    for month in MONTHS[::2]:
        events = simulate_block(world(), month, 0, 0, SIZE)
        for table, column in (
            ("claims", "day"),
            ("claim_edits", "resolved"),
            ("remittance_claims", "day"),
            ("appeals", "filed"),
            ("appeals", "decided"),
            ("account_adjustments", "day"),
        ):
            values = events[table][column]
            days[f"{table}.{column}"] += len(values)
            on_holidays[f"{table}.{column}"] += int(is_holiday(values).sum())
    assert min(days.values()) > 100
    assert not +on_holidays


def test_hardly_anyone_is_seen_by_appointment_on_a_holiday() -> None:
    visits = of_blocks("encounters", "kind", "admit")
    scheduled = visits[visits["kind"].isin(_SCHEDULED)]
    working = scheduled[weekday(scheduled["admit"].to_numpy()) < 5]
    share = is_holiday(working["admit"].to_numpy()).mean()
    assert 0 < share < 0.2 * len(HOLIDAYS[5:]) / (len(TWO_YEARS) * 5 / 7)
    urgent = visits[visits["kind"] == [item.setting for item in catalogue.VISIT_KINDS].index("ED")]
    holidays = is_holiday(TWO_YEARS).mean()
    assert is_holiday(urgent["admit"].to_numpy()).mean() == pytest.approx(holidays, rel=0.5)


def test_departments_have_seasons_and_months_keep_their_volume() -> None:
    visits = of_blocks("encounters", "kind", "admit")
    months = pd.to_datetime(visits["admit"], unit="D").dt.month
    department = visits["kind"].map(lambda kind: catalogue.VISIT_KINDS[kind].department)
    counts = pd.crosstab(months, department)
    share = counts.div(counts.sum(axis=1), axis=0)
    expected = pd.DataFrame(parameters.SEASONALITY, index=range(1, 13))
    for name in ("primary_care", "emergency", "surgery"):
        assert np.corrcoef(share[name], expected[name])[0, 1] > 0.4, name
    late, july = share["surgery"].loc[[10, 11, 12]].mean(), share["surgery"].loc[7]
    assert late > 1.1 * july
    assert all(np.mean(item) == pytest.approx(1) for item in parameters.SEASONALITY.values())
    for month in (202401, 202407):
        wanted = round(SIZE * parameters.MONTH_FACTORS[month % 100 - 1])
        assert accounts_of_month(SIZE, month) == wanted
