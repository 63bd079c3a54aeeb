"""The mutants fit the models as they are, and the machinery tells killed from invalid."""

from pathlib import Path

import pytest

from scripts.mutants.__main__ import main, report
from scripts.mutants.catalogue import (
    CatalogueError,
    Mutant,
    as_pattern,
    problems,
    reached_marts,
    read,
)
from scripts.mutants.worker import Outcome, verdict_of

MODEL = "models/marts/core/dim_thing.sql"


def mutant(find: str = "where is_open", replace: str = "", explained: str = "") -> Mutant:
    return Mutant("lost_filter", MODEL, "filter", "a filter is lost", find, replace, explained)


def project(root: Path, **files: str) -> Path:
    (root / "models/marts/core").mkdir(parents=True)
    (root / MODEL).write_text("select *\nfrom things\nwhere is_open\n")
    (root / "mutants").mkdir()
    for name, text in files.items():
        (root / "mutants" / f"{name}.yml").write_text(text)
    return root


def test_every_mutant_stands_once_in_its_model() -> None:
    assert problems(read()) == []


def test_the_mutants_are_many_and_reach_every_mart() -> None:
    mutants = read()
    assert len(mutants) >= 60
    assert reached_marts(mutants)[1] == set()


def test_each_mart_or_its_parents_is_broken_in_several_ways() -> None:
    assert len({each.kind for each in read()}) >= 10


def test_white_space_does_not_matter_and_all_else_does() -> None:
    sql = "select a,\n    b\nfrom t"
    assert Mutant("m", "x", "filter", "y", "a, b", "a").broken(sql) == "select a\nfrom t"
    with pytest.raises(CatalogueError, match="0 times"):
        Mutant("m", "x", "filter", "y", "a,b", "a").broken(sql)
    assert as_pattern("f(x)  + 1") == r"f\(x\)\s+\+\s+1"


def test_a_text_that_stands_twice_is_refused() -> None:
    with pytest.raises(CatalogueError, match="lost_filter: its text stands 2 times"):
        mutant().broken("where is_open or where is_open")


def test_problems_name_the_mutant(tmp_path: Path) -> None:
    root = project(tmp_path)
    assert problems([mutant()], root) == []
    assert "lost_filter" in problems([mutant("where is_shut")], root)[0]
    assert "changes nothing" in problems([mutant(replace="where is_open")], root)[0]
    assert "reads another model" in problems([mutant(replace="from {{ ref('x') }}")], root)[0]
    gone = Mutant("of_no_model", "models/gone.sql", "filter", "x", "a", "b")
    assert problems([gone], root) == ["of_no_model: there is no models/gone.sql"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mutants: {}", "no list"),
        ("- a", "is no mutant"),
        ("- id: a", "a lacks model, kind, mistake, find, replace"),
        ("- {id: a, model: m, kind: typo, mistake: w, find: f, replace: r}", "kind is typo"),
        ("- {id: a, model: m, kind: sign, mistake: w, find: f, replace: r, x: y}", "a has x"),
        ("- [", "is no YAML"),
        ("[]", "there are no mutants"),
    ],
)
def test_a_catalogue_that_is_wrong_says_where(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(CatalogueError, match=said):
        read(project(tmp_path, odd=text))


def test_a_mutant_of_a_parent_reaches_the_mart(tmp_path: Path) -> None:
    root = project(tmp_path)
    (root / "models/stg.sql").write_text("select 1")
    (root / MODEL).write_text("select * from {{ ref('stg') }}")
    parent = Mutant("of_parent", "models/stg.sql", "filter", "x", "1", "2")
    assert reached_marts([parent], root) == ({"dim_thing"}, set())
    assert reached_marts([], root) == (set(), {"dim_thing"})


def test_a_broken_constraint_kills_and_broken_sql_does_not() -> None:
    constraint = verdict_of("error", "dim_thing", "model", "Constraint Error: Duplicate key")
    assert (constraint.kind, constraint.failed) == ("constraint", "dim_thing")
    assert verdict_of("error", "dim_thing", "model", "Binder Error: no column").error
    assert verdict_of("fail", "a_thing_is_open", "unit_test", "").kind == "unit test"
    assert verdict_of("fail", "unique_thing", "test", "").kind == "data test"
    assert not verdict_of("warn", "few_things", "test", "").failed


def test_survivors_count_until_they_are_explained_and_then_in_the_raw_score() -> None:
    killed = [Outcome(mutant(), "killed", "unit test", "a_test")] * 19
    text, well = report([*killed, Outcome(mutant(), "survived")])
    assert not well
    assert "19 of 20 mutants killed: 95.0%" in text
    text, well = report([*killed, Outcome(mutant(explained="no rows differ"), "survived")])
    assert well
    assert "without the 1 explained: 100.0%" in text
    _, well = report([*killed[:18], Outcome(mutant(explained="no rows differ"), "survived")])
    assert not well


def test_invalid_mutants_and_stale_explanations_fail_the_run() -> None:
    killed = Outcome(mutant(), "killed", "unit test", "a_test")
    text, well = report([killed, Outcome(mutant(), "invalid", detail="Binder Error")])
    assert not well
    assert "1 of 1 mutants killed" in text
    _, well = report([Outcome(mutant(explained="nothing can"), "killed", "unit test", "a_test")])
    assert not well


def test_a_name_that_means_no_mutant_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list", "--only", "no_such_model"]) == 2
    assert "no mutant and no mutated model is called no_such_model" in capsys.readouterr().err
    assert main(["--list", "--only", "fct_claims"]) == 0
    assert "fct_claims" not in capsys.readouterr().err
