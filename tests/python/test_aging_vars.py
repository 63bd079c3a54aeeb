"""A word or a bucket edge that means nothing stops dbt before it builds anything."""

from pathlib import Path
from typing import Any

import jinja2
import pytest

MACROS = Path(__file__).resolve().parents[2] / "macros"
EDGES = [30, 60, 90, 120]


class Returned(Exception):  # noqa: N818 - it is dbt's way to leave a macro, no error
    """What a macro returned."""


class Refused(Exception):  # noqa: N818 - named after what dbt does then
    """A compiler error of dbt."""


class Exceptions:
    """Stands for dbt's `exceptions`."""

    @staticmethod
    def raise_compiler_error(message: str) -> None:
        """Raise as dbt does."""
        raise Refused(message)


def leave(value: Any) -> None:
    """Stand for dbt's `return`."""
    raise Returned(value)


def call(macro: str, basis: Any = "service", edges: Any = EDGES) -> Any:
    """What the macro returns under these vars: as dbt calls it, without parsing the project."""
    environment = jinja2.Environment(extensions=["jinja2.ext.do"], autoescape=False)
    given = {"aging_basis": basis, "aging_bucket_edges": edges}
    environment.globals |= {"var": given.get, "exceptions": Exceptions, "return": leave}
    template = environment.from_string((MACROS / f"{macro}.sql").read_text())
    try:
        getattr(template.module, macro)()
    except Returned as returned:
        return returned.args[0]
    raise AssertionError(f"{macro} returned nothing")


@pytest.mark.parametrize("basis", ["service", "submission", "last_payer_action"])
def test_every_basis_that_has_a_meaning_is_taken(basis: str) -> None:
    """As it stands."""
    assert call("aging_basis", basis=basis) == basis


@pytest.mark.parametrize("basis", ["discharge", "", "SERVICE", None])
def test_another_basis_is_refused_by_name(basis: str | None) -> None:
    """The message names the var, what is allowed and what came."""
    with pytest.raises(Refused) as refused:
        call("aging_basis", basis=basis)
    assert str(refused.value) == (
        "aging_basis: the var must be one of service, submission, last_payer_action; "
        f"not '{basis}'."
    )


def test_buckets_follow_each_other_without_a_gap() -> None:
    """Names, first and last days; the last bucket has no end."""
    found = [tuple(bucket.values()) for bucket in call("aging_buckets", edges=[30, 45])]
    assert found == [("0-30", 0, 30), ("31-45", 31, 45), ("46+", 46, 9999999)]


@pytest.mark.parametrize(
    "edges",
    [[60, 30], [30, 30], [0, 30], [-30, 30], [30.5], ["30"], [30, None], [], "30", 30, {"30": 1}],
)
def test_edges_that_do_not_ascend_are_refused_by_name(edges: Any) -> None:
    """The message names the var, what is allowed and what came."""
    with pytest.raises(Refused) as refused:
        call("aging_buckets", edges=edges)
    assert str(refused.value) == (
        f"aging_bucket_edges: the var must be a list of ascending positive integers, not {edges}."
    )
