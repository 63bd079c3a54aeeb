"""The project, parsed once for all mutants: the server of their processes imports this first.

Each mutant's process is a fork of the server. It changes one model in its own copy of the manifest
and passes that to dbt, so that nothing is parsed again: that is four fifths of the time.
"""

import os
from pathlib import Path
from typing import Any

from scripts.mutants import worker

folder = Path(os.environ["RCM_MUTANTS_PROJECT"])
worker.enter(folder)
verdict, manifest_or_none = worker.run_dbt(["parse"])
PROBLEM: str = verdict.error
MANIFEST: Any = manifest_or_none
