"""Planted stories stand where the plan says, whatever the set's end, and do what they say."""

import datetime as dt
import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from raw_recount import Recount, truth

from data_generator import catalogue, parameters
from data_generator.arrays import EPOCH, Rows, business_day, day_number, select, weekday
from data_generator.generate import generate
from data_generator.lives import simulate_block
from data_generator.manifest import Options
from data_generator.parameters import PAYERS
from data_generator.pools import build_world
from data_generator.stories import NAMES, Story, plan_stories
from data_generator.workforce import make_staff
from ingestion.contract import load_contract

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


def test_a_later_end_moves_no_story(tmp_path: Path) -> None:
    planned = []
    for months, end in ((3, dt.date(2024, 3, 17)), (4, dt.date(2024, 4, 30))):
        folder = tmp_path / str(months)
        generate(Options(months, 50, 3, end, NAMES), folder, "parquet", load_contract())
        told = json.loads((folder / "truth.json").read_text())["stories"]
        keys = ("name", "where", "first_day", "last_day")
        planned.append([[item[key] for key in keys] for item in told])
    assert planned[0] == planned[1]
    assert [item[0] for item in planned[0]] == list(NAMES)


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


SIZE = 300
MONTHS = [(2024 + place // 12) * 100 + place % 12 + 1 for place in range(24)]


@cache
def lives(name: str | None) -> dict[int, dict[str, Rows]]:
    """Rows of every table by month of service, with one story or with none."""
    world = build_world(3, SIZE, START, [name] if name else [])
    return {month: simulate_block(world, month, 0, 0, SIZE) for month in MONTHS}


def is_same(one: dict[str, Rows], other: dict[str, Rows]) -> bool:
    return one.keys() == other.keys() and all(
        np.array_equal(values, other[table][name])
        for table, rows in one.items()
        for name, values in rows.items()
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_story_changes_nothing_of_the_months_that_it_does_not_reach(name: str) -> None:
    told = story(3, name)
    # what happens to a claim in the window happened to the patient at most these months before
    back = {"mass_takeback": 7, "slow_payer": 6, "careless_biller": 6, "clearinghouse_outage": 6}
    first, last = month_of(told.first_day) - back.get(name, 0), month_of(told.last_day)
    last -= 5 if name == "mass_takeback" else 0
    same = [is_same(lives(None)[month], lives(name)[month]) for month in MONTHS]
    assert all(same[: max(first, 0)]) and all(same[last + 1 :])
    assert not all(same)


# A biller's mistakes cause denials, and how many denials are worked is scaled within a block: one
# more moves the chances of the others, whose corrections may fall before the window.
@pytest.mark.parametrize("name", sorted({*NAMES} - {"careless_biller"}))
def test_before_its_window_a_story_changes_nothing(name: str) -> None:
    day = story(3, name).first_day
    # the draws of touches depend on how many there are, later ones included; and a debt that is
    # taken back later was never written off
    exempt = {"work_items"} | ({"account_adjustments"} if name == "mass_takeback" else set())
    for month in MONTHS:
        for table in lives(None)[month].keys() - exempt:
            plain, told = (lives(which)[month][table] for which in (None, name))
            plain, told = (select(rows, rows["arrival"] < day) for rows in (plain, told))
            assert is_same({table: plain}, {table: told}), (month, table)


@pytest.fixture(scope="module")
def recounts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Recount, Recount]:
    """The raw files of one seed with all stories and with none."""
    folder = tmp_path_factory.mktemp("stories")
    made = []
    for stories in (NAMES, ()):
        options = Options(24, 600, 3, dt.date(2025, 12, 31), stories)
        generate(options, folder / str(len(stories)), "parquet", load_contract())
        made.append(Recount(folder / str(len(stories)), options))
    return made[0], made[1]


Measured = tuple[int, int, int, float | None]


@pytest.fixture(scope="module")
def measured(recounts: tuple[Recount, Recount]) -> dict[str, tuple[Measured, Measured]]:
    """What the raw files with and without stories hold where each story was planted."""
    planted = truth(recounts[0].folder, "stories")
    with_, without = (recount.stories(planted) for recount in recounts)
    return {name: (with_[name], without[name]) for name in NAMES}


EFFECTS = {
    "payer_denies_family": lambda told, plain: told - plain > 0.3,
    "payer_underpays": lambda told, plain: abs(told - 0.93) < 0.002 and plain == 1,
    "careless_biller": lambda told, plain: told > 0.25 and plain < 0.15,
    "mass_takeback": lambda told, plain: told == 12 and plain < 3,
    "slow_department": lambda told, plain: 3 < told / plain < 6,
    "clearinghouse_outage": lambda told, plain: told == 0 and plain > 50,
    "eligibility_wave": lambda told, plain: told - plain > 0.05,
    "slow_payer": lambda told, plain: 1.6 < told / plain < 2.2,
}


@pytest.mark.parametrize("name", NAMES)
def test_the_raw_files_show_what_was_planted(
    name: str, measured: dict[str, tuple[Measured, Measured]]
) -> None:
    told, plain = (values[3] for values in measured[name])
    assert EFFECTS[name](told, plain), (told, plain)


def test_all_claims_of_an_outage_leave_on_the_business_day_after(
    measured: dict[str, tuple[Measured, Measured]],
) -> None:
    (resumed, _, _, _), (usual, _, _, _) = measured["clearinghouse_outage"]
    assert resumed > 4 * usual


def test_the_claims_taken_back_are_listed(recounts: tuple[Recount, Recount]) -> None:
    content = json.loads((recounts[0].folder / "truth.json").read_text())
    claims = next(item for item in content["stories"] if item["name"] == "mass_takeback")["claims"]
    assert len(claims) == 12
    reversed_ = recounts[0].answers.query("claim_status_code == '22' and paid_amount < 0")
    listed = {tuple(claim.values()) for claim in claims}
    columns = reversed_[["account", "payer_claim_control_number"]]
    assert listed <= set(columns.itertuples(index=False, name=None))
