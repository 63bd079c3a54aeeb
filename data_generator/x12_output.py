"""Write a finished set as X12 files, so that reading such files can be tried on known claims.

    <set>/x12/835/2025-12-31_P101.835            payments of one payer and day
    <set>/x12/837/2025-12-31_HOSPITAL_A_P.837    claims of one hospital, type and day

The files say what the set's tables say on its last day, to the cent: see x12_tables.py for what
becomes of rows that came again or without a parent.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from data_generator import x12_835, x12_837
from data_generator.x12_rows import claims_of, months_of, remittances_of
from data_generator.x12_tables import open_set

FOLDER = "x12"

Progress = Callable[[str], None]


def write(folder: Path, progress: Progress = lambda _: None) -> dict[str, int]:
    """Write the X12 files of the set in `folder` and return how many there are of what.

    They take the place of an earlier x12 folder at the end, so that one is whole at any time.
    `progress` is called with the name of each month that is done. `claims_left_out` counts claim
    versions that an 837 can't tell, since as of the last day they have no line, no diagnosis or
    no known patient. Raises FileNotFoundError when a table is not there as Parquet.
    """
    names = ("835_files", "payments", "remittance_claims", "837_files", "claims", "claims_left_out")
    counts = dict.fromkeys(names, 0)
    scratch = Path(tempfile.mkdtemp(prefix=f".{FOLDER}-", dir=folder))
    try:
        made = scratch / FOLDER
        for kind in ("835", "837"):
            (made / kind).mkdir(parents=True)
        with open_set(folder, scratch / "set.duckdb") as connection:
            for month in months_of(connection):
                remittances = remittances_of(connection, month)
                counts["835_files"] += _save(made / "835", x12_835.files(remittances))
                counts["payments"] += len(remittances.checks)
                counts["remittance_claims"] += sum(map(len, remittances.claims.values()))
                del remittances
                claims = claims_of(connection, month)
                counts["837_files"] += _save(made / "837", x12_837.files(claims))
                counts["claims"] += len(claims.claims)
                counts["claims_left_out"] += claims.left_out
                progress(f"{month // 100}-{month % 100:02d}")
        shutil.rmtree(folder / FOLDER, ignore_errors=True)
        made.rename(folder / FOLDER)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return counts


def _save(folder: Path, files: Iterable[tuple[str, str]]) -> int:
    """Write the files, given as name and content, and return their number."""
    count = 0
    for name, content in files:
        (folder / f"{name}.{folder.name}").write_bytes(content.encode())
        count += 1
    return count
