"""Rows that wait on disk come back in their month, day by day, as they went."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as from_numpy

from data_generator.arrays import Array, Rows
from data_generator.emission import Order, Spill

STARTS = np.array([1000, 1031, 1059, 1080])
"""Three months, the last of which is not whole."""

blocks = st.lists(
    st.tuples(
        st.tuples(st.integers(1, 3), st.integers(0, 2), st.integers(0, 1)),
        from_numpy.arrays(np.int64, st.integers(0, 60), elements=st.integers(990, 1100)),
        st.sampled_from([1, 200, 70_000, 2**40]),
    ),
    max_size=8,
    unique_by=lambda block: block[0],
)


def rows_of(days: Array, factor: int) -> Rows:
    number = np.arange(len(days))
    return {
        "arrival": days,
        "amount": (number - 5) * factor,
        "is_even": number % 2 == 0,
        "share": number / 7,
        "same": np.full(len(days), factor),
    }


def told(parts: list[Rows]) -> list[tuple[object, ...]]:
    return [row for part in parts for row in zip(*(v.tolist() for v in part.values()), strict=True)]


@settings(max_examples=60, deadline=None)
@given(blocks=blocks, most=st.integers(1, 80), after=st.integers(995, 1085))
def test_rows_come_back_in_order(
    tmp_path_factory: pytest.TempPathFactory,
    blocks: list[tuple[Order, Array, int]],
    most: int,
    after: int,
) -> None:
    spill = Spill(tmp_path_factory.mktemp("rows"), STARTS, after)
    for order, days, factor in blocks:
        spill.add("charges", rows_of(days, factor), order)
    expected = sorted(
        (
            (row[0], order, place, row)
            for order, days, factor in blocks
            for place, row in enumerate(told([rows_of(days, factor)]))
            if after < int(str(row[0])) < STARTS[-1]
        ),
        key=lambda item: item[:3],
    )
    for month in range(3):
        parts = list(spill.take(month, "charges", most))
        first, last = STARTS[month], STARTS[month + 1] - 1
        wanted = [row for day, *_, row in expected if first <= day <= last]
        assert told(parts) == wanted
        assert spill.size(month, "charges") == len(wanted)
        days_of_parts = [set(part["arrival"].tolist()) for part in parts]
        # a day is never torn, and a part is larger than asked for only if it is one day
        assert sum(map(len, days_of_parts)) == len({row[0] for row in wanted})
        assert all(len(part["arrival"]) <= most or len(days) == 1
                   for part, days in zip(parts, days_of_parts, strict=True))  # fmt: skip
        for part in parts:
            assert part["amount"].dtype in (np.int32, np.int64)
            assert part["is_even"].dtype == bool


def test_another_day_may_decide_and_tables_are_apart(tmp_path: Path) -> None:
    spill = Spill(tmp_path, STARTS)
    rows = {"arrival": np.array([1070, 1071]), "day": np.array([1001, 1040])}
    spill.add("claims", rows, (1, 0, 0), "day")
    spill.add("checks", rows, (1, 0, 0))
    assert told(list(spill.take(0, "claims", 10))) == [(1070, 1001)]
    assert told(list(spill.take(1, "claims", 10))) == [(1071, 1040)]
    assert told(list(spill.take(2, "checks", 10))) == [(1070, 1001), (1071, 1040)]
    assert not list(spill.take(0, "checks", 10))


def test_a_month_that_is_written_leaves_no_file(tmp_path: Path) -> None:
    spill = Spill(tmp_path, STARTS)
    for month in range(3):
        spill.add("claims", {"arrival": STARTS[[month]]}, (1, month, 0))
    assert len(list(tmp_path.iterdir())) == 3
    for month in range(3):
        spill.remove(month)
        assert not list(spill.take(month, "claims", 10))
    assert not list(tmp_path.iterdir())
