"""Planted stories stand where the plan says, whatever the set's end, and do what they say."""

import datetime as dt

import numpy as np
import pytest

from data_generator import catalogue, parameters
from data_generator.arrays import EPOCH, business_day, day_number, weekday
from data_generator.parameters import PAYERS
from data_generator.stories import NAMES, Story, plan_stories

START = day_number(dt.date(2024, 1, 1))
SEEDS = range(40)


def month_of(day: int) -> int:
    """Months from the set's first month to that of a day."""
    date = EPOCH + dt.timedelta(days=day)
    return (date.year - 2024) * 12 + date.month - 1


def story(seed: int, name: str) -> Story:
    found = plan_stories(seed, START).find(name)
    assert found is not None
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_windows_lie_in_the_months_that_the_plan_allows(seed: int) -> None:
    told = plan_stories(seed, START).told
    assert [item.name for item in told] == list(NAMES)
    for item in told:
        assert 6 <= month_of(item.first_day) <= month_of(item.last_day) <= 20, item
        months = month_of(item.last_day) - month_of(item.first_day) + 1
        assert months == parameters.STORY_MONTHS.get(item.name, 1), item


@pytest.mark.parametrize("seed", SEEDS)
def test_no_two_stories_share_a_payer(seed: int) -> None:
    payers = [index for item in plan_stories(seed, START).told for index in item.payers]
    assert len(payers) == len(set(payers)) == 6
    assert all(PAYERS[index].claim_share >= 0.06 for index in payers)
    assert all(PAYERS[index].payer_class != "self_pay" for index in payers)


@pytest.mark.parametrize("seed", SEEDS)
def test_each_place_has_volume_enough_to_be_found(seed: int) -> None:
    denials = story(seed, "payer_denies_family")
    assert catalogue.FAMILIES[denials.family] in ("imaging", "therapy")
    department = story(seed, "slow_department").department % len(catalogue.DEPARTMENTS)
    assert catalogue.DEPARTMENTS[department].key in (
        "emergency",
        "imaging",
        "cardiology",
        "therapy",
    )
    careless = story(seed, "careless_biller")
    staff = make_staff(seed)
    assert staff.role[careless.staff] == "biller"
    assert staff.hired_day[careless.staff] <= careless.first_day
    assert staff.left_day[careless.staff] >= careless.last_day


def test_stories_differ_between_seeds_and_between_first_months() -> None:
    assert len({plan_stories(seed, START).told for seed in SEEDS}) == len(SEEDS)
    later = plan_stories(3, day_number(dt.date(2024, 2, 1)))
    assert later.told != plan_stories(3, START).told
    assert plan_stories(3, START + 30).told == plan_stories(3, START).told


@pytest.mark.parametrize("name", NAMES)
def test_leaving_a_story_out_moves_no_other(name: str) -> None:
    whole = plan_stories(5, START).told
    rest = plan_stories(5, START, [other for other in NAMES if other != name]).told
    assert rest == tuple(item for item in whole if item.name != name)
    assert plan_stories(5, START, [name]).told == tuple(set(whole) - set(rest))


def test_an_unknown_story_is_named() -> None:
    with pytest.raises(ValueError, match="no story is called flood"):
        plan_stories(1, START, ["slow_payer", "flood"])


@pytest.mark.parametrize("seed", SEEDS)
def test_an_outage_holds_all_claims_of_five_business_days_until_the_next(seed: int) -> None:
    outage = story(seed, "clearinghouse_outage")
    days = np.arange(outage.first_day - 10, outage.last_day + 10)
    days = days[business_day(days) == days]
    leaves = plan_stories(seed, START).submission_day(days)
    held = days[leaves != days]
    assert len(held) == 5
    assert set(leaves[leaves != days]) == {int(days[days > held[-1]][0])}
    assert held.tolist() == days[(days >= held[0]) & (days <= held[-1])].tolist()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_takeback_falls_on_a_check_run_of_its_payer(seed: int) -> None:
    stories = plan_stories(seed, START)
    day = stories.takeback_day()
    payer = story(seed, "mass_takeback").payers[0]
    assert int(weekday(np.array([day]))[0]) in PAYERS[payer].pay_weekdays
    taken = {}
    for place in range(24):
        month = (2024 + place // 12) * 100 + place % 12 + 1
        payers = np.arange(900) % len(PAYERS)
        payable = np.arange(900) % 7 > 0
        for block in (0, 1):
            which = stories.takeback(month, block, payers, payable)
            assert (payers[which] == payer).all() and payable[which].all()
            if len(which):
                taken[place, block] = len(which)
    assert list(taken.values()) == [4, 4, 4]
    assert all(5 <= month_of(day) - place <= 7 and block == 0 for place, block in taken)


def test_the_wave_runs_in_the_first_january_half_a_year_after_the_start() -> None:
    starts = {(2024, 1): 2025, (2024, 7): 2025, (2024, 8): 2026, (2025, 1): 2026}
    for (year, month), expected in starts.items():
        wave = plan_stories(1, day_number(dt.date(year, month, 1))).find("eligibility_wave")
        assert wave is not None
        assert EPOCH + dt.timedelta(days=wave.first_day) == dt.date(expected, 1, 1)
        assert EPOCH + dt.timedelta(days=wave.last_day) == dt.date(expected, 1, 21)


def test_without_stories_nothing_is_changed() -> None:
    none = plan_stories(1, START, [])
    payer, day = np.arange(15), np.full(15, START + 250)
    assert none.told == () and none.describe() == []
    assert not none.denial_share(payer, payer, day).any()
    assert not none.eligibility_share(payer, day).any()
    for factor in (none.payment_factor, none.remittance_lag_factor, none.posting_lag_factor):
        assert (factor(payer, day) == 1).all()
    assert (none.submission_day(day) == day).all()
    assert (none.error_rate(payer, day, payer / 100) == payer / 100).all()
    assert len(none.takeback(202408, 0, payer, payer >= 0)) == 0
