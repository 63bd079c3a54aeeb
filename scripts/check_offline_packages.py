"""Check that offline_packages/ has every dbt_utils and dbt_date macro that the project calls."""

import re
import sys
from collections import defaultdict
from pathlib import Path

from scripts.paths import ROOT

FOLDERS = ("models", "macros", "tests", "analyses", "seeds", "snapshots")
SUFFIXES = (".sql", ".yml", ".yaml")
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


def offered_macros(root: Path) -> dict[str, str]:
    """Macros in offline_packages/, as "package.macro", with their source; one per file."""
    return {
        f"{path.relative_to(root / 'offline_packages').parts[0]}.{path.stem}": path.read_text()
        for path in sorted((root / "offline_packages").glob("*/macros/**/*.sql"))
    }


def check(root: Path) -> tuple[list[str], list[str]]:
    """Complaints about missing macros, and the names of macros that nothing calls."""
    called, offered = called_macros(root), offered_macros(root)
    missing = [
        f"{name} is called in {', '.join(files)}, but offline_packages/ lacks it: "
        "add it there with a test in tests/python/test_offline_packages.py"
        for name, files in sorted(called.items())
        if name not in offered
    ]
    used_by_others = {
        name
        for source in offered.values()
        for name in (".".join(match) for match in MACRO_CALL.findall(source))
    }
    unused = sorted(set(offered) - set(called) - used_by_others)
    return missing, unused


def main() -> int:
    """Print what is missing or unused; exit code 1 if anything is missing."""
    missing, unused = check(ROOT)
    for complaint in missing:
        print(f"error: {complaint}", file=sys.stderr)
    for name in unused:
        print(f"note: nothing calls {name} of offline_packages/")
    if not missing:
        print("offline_packages/ has every macro that the project calls")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
