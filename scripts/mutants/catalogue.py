"""The mutants of mutants/*.yml: read, checked, and applied to a model's text.

A mutant says which text of which model becomes what. White space is not compared, so that a model
may be laid out anew; everything else is, and the text must stand in the model exactly once.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from scripts.paths import ROOT

FOLDER = "mutants"
KINDS = (
    "aggregation",
    "constant",
    "date",
    "dedup",
    "filter",
    "formula",
    "join key",
    "join type",
    "missing value",
    "order",
    "sign",
    "version join",
    "window",
)
REQUIRED = ("id", "model", "kind", "mistake", "find", "replace")
OPTIONAL = ("explained", "through")
_REF = re.compile(r"ref\(\s*'([a-z0-9_]+)'\s*\)")


class CatalogueError(Exception):
    """A mutant can't be used; the message names it and says why."""


@dataclass(frozen=True)
class Mutant:
    """One deliberate mistake."""

    id: str
    model: str
    kind: str
    mistake: str
    find: str
    replace: str
    explained: str = ""
    through: str = ""

    @property
    def model_name(self) -> str:
        """The name in dbt of the model; of a macro's mistake, of the model that calls it."""
        return self.through or Path(self.model).stem

    def broken(self, sql: str) -> str:
        """The model's text with the mistake in it."""
        spans = [match.span() for match in re.finditer(as_pattern(self.find), sql)]
        if len(spans) != 1:
            raise CatalogueError(
                f"{self.id}: its text stands {len(spans)} times in {self.model}, not once:\n"
                f"  {self.find.strip()}"
            )
        start, end = spans[0]
        return sql[:start] + self.replace.strip() + sql[end:]


def as_pattern(text: str) -> str:
    """A regular expression of the text that takes any white space for any other."""
    return r"\s+".join(re.escape(word) for word in text.split())


def read(root: Path = ROOT) -> list[Mutant]:
    """All mutants, in the order of the files.

    Raises CatalogueError when a file can't be read or a mutant is incomplete, unclear or there
    twice.
    """
    mutants: dict[str, Mutant] = {}
    for path in sorted((root / FOLDER).glob("*.yml")):
        try:
            entries = yaml.safe_load(path.read_text())
        except yaml.YAMLError as error:
            raise CatalogueError(f"{path.name} is no YAML: {error}") from error
        if not isinstance(entries, list):
            raise CatalogueError(f"{path.name} holds no list of mutants")
        for entry in entries:
            mutant = _checked(entry, path.name)
            if mutant.id in mutants:
                raise CatalogueError(f"{mutant.id} is there twice")
            mutants[mutant.id] = mutant
    if not mutants:
        raise CatalogueError(f"there are no mutants in {root / FOLDER}")
    return list(mutants.values())


def _checked(entry: Any, file_name: str) -> Mutant:
    if not isinstance(entry, dict):
        raise CatalogueError(f"{file_name}: {entry!r} is no mutant")
    name = str(entry.get("id") or f"a mutant of {file_name}")
    if missing := [key for key in REQUIRED if not isinstance(entry.get(key), str)]:
        raise CatalogueError(f"{name} lacks {', '.join(missing)} (a text)")
    if unknown := [key for key in entry if key not in REQUIRED + OPTIONAL]:
        raise CatalogueError(f"{name} has {', '.join(unknown)}, which means nothing")
    if entry["kind"] not in KINDS:
        raise CatalogueError(f"{name}: kind is {entry['kind']}, not one of {', '.join(KINDS)}")
    return Mutant(**entry)


def problems(mutants: Iterable[Mutant], root: Path = ROOT) -> list[str]:
    """What keeps mutants from being applied, one line or two each; empty when all can be."""
    found = []
    for mutant in mutants:
        path = root / mutant.model
        try:
            if not path.is_file():
                raise CatalogueError(f"{mutant.id}: there is no {mutant.model}")
            sql = path.read_text()
            if mutant.broken(sql) == sql:
                raise CatalogueError(f"{mutant.id}: its replacement changes nothing")
            if not set(_REF.findall(mutant.replace)) <= set(_REF.findall(sql)):
                raise CatalogueError(f"{mutant.id}: its replacement reads another model")
        except CatalogueError as error:
            found.append(str(error))
    return found


def references(root: Path = ROOT) -> dict[str, set[str]]:
    """The models that each model refers to, read from the text of the SQL."""
    return {
        path.stem: set(_REF.findall(path.read_text()))
        for path in sorted((root / "models").rglob("*.sql"))
    }


def reached_marts(mutants: Iterable[Mutant], root: Path = ROOT) -> tuple[set[str], set[str]]:
    """The marts that a mutant changes or feeds, and those that none does."""
    parents = references(root)
    mutated = {mutant.model_name for mutant in mutants}
    marts = {path.stem for path in (root / "models" / "marts").rglob("*.sql")}

    def ancestry(model: str, seen: set[str]) -> set[str]:
        for parent in parents.get(model, set()) - seen:
            ancestry(parent, seen | {model})
            seen.add(parent)
        return seen

    reached = {mart for mart in marts if mutated & (ancestry(mart, set()) | {mart})}
    return reached, marts - reached
