"""Check that offline_packages/ has just the macros of dbt_utils and dbt_date that are called."""

import re
import sys
from collections import defaultdict
from pathlib import Path

from scripts.paths import ROOT

FOLDERS = ("models", "macros", "tests", "analyses", "seeds", "snapshots")
SUFFIXES = (".sql", ".yml", ".yaml")
TESTS = "tests/python/test_offline_packages.py"
CALL = re.compile(r"\b(dbt_utils|dbt_date)\.([a-z_][a-z0-9_]*)")
MACRO_CALL = re.compile(CALL.pattern + r"\(")  # elsewhere a name may be part of a message
COMMENT = re.compile(r"\{#.*?#\}|--[^\n]*", re.DOTALL)
YAML_COMMENT = re.compile(r"(?m)(^|\s)#.*$")


def called_macros(root: Path) -> dict[str, list[str]]:
    """Macros that the project calls, as "package.macro", with the files that call them."""
    found: dict[str, list[str]] = defaultdict(list)
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix not in SUFFIXES:
                continue
            comment = COMMENT if path.suffix == ".sql" else YAML_COMMENT
            text = comment.sub("", path.read_text())
            for name in sorted({".".join(match) for match in CALL.findall(text)}):
                found[name].append(str(path.relative_to(root)))
    return dict(found)


def offered_macros(root: Path) -> dict[str, Path]:
    """Macros in offline_packages/, as "package.macro", with their file; one per file."""
    return {
        f"{path.relative_to(root / 'offline_packages').parts[0]}.{path.stem}": path
        for path in sorted((root / "offline_packages").glob("*/macros/**/*.sql"))
    }


def check(root: Path) -> list[str]:
    """Complaints about macros that are called and missing, and about those that nothing calls."""
    called, offered = called_macros(root), offered_macros(root)
    used = set(called)
    for name, path in offered.items():
        text = COMMENT.sub("", path.read_text())
        used |= {".".join(match) for match in MACRO_CALL.findall(text)} - {name}
    missing = [
        f"{name} is called in {', '.join(files)}, but offline_packages/ lacks it: "
        f"add it there with a test in {TESTS}"
        for name, files in sorted(called.items())
        if name not in offered
    ]
    unused = [
        f"nothing calls {name}: delete {path.relative_to(root)} and its cases in {TESTS}"
        for name, path in sorted(offered.items())
        if name not in used
    ]
    return missing + unused


def main() -> int:
    """Print what is missing or unused; exit code 1 if anything is."""
    complaints = check(ROOT)
    for complaint in complaints:
        print(f"error: {complaint}", file=sys.stderr)
    if not complaints:
        print("offline_packages/ has just the macros that the project calls")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
