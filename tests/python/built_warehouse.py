"""A DuckDB file with the models built on a generated set, for the tests that read marts."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


class BuiltWarehouse:
    """One generated set and one DuckDB file, both below `folder`."""

    def __init__(self, folder: Path, *options: str) -> None:
        """Generate a set with `options` of the generator and load it."""
        self.raw = folder / "raw"
        self.path = folder / "rcm.duckdb"
        profiles = folder / "profiles"
        profiles.mkdir()
        shutil.copy(ROOT / "profiles.example.yml", profiles / "profiles.yml")
        self._environment = {
            **os.environ,
            "DBT_PROFILES_DIR": str(profiles),
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "RCM_DUCKDB_PATH": str(self.path),
        }
        generator = (sys.executable, "-m", "data_generator")
        self._run(*generator, *options, "--out", str(self.raw))
        self._run(*generator, "load", "--from", str(self.raw), "--target", "duckdb")
        self._run(sys.executable, "-m", "scripts.deps")

    def build(self, *models: str, as_of_date: str = "") -> None:
        """Build seeds and the models without tests, and all that they are made of.

        Without a name, all models.
        """
        selection = ("--select", *(f"+{model}" for model in models)) if models else ()
        self._run(
            *(str(BIN / "dbt"), "build", "--target", "duckdb", "--exclude-resource-type", "test"),
            *("--exclude-resource-type", "unit_test", "--vars", f"as_of_date: '{as_of_date}'"),
            *selection,
        )

    def _run(self, *command: str) -> None:
        done = subprocess.run(
            command, cwd=ROOT, env=self._environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
