"""Folders of generated files: written beside their place, which they take when they are whole."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data_generator.manifest import BASE, DROPS, MANIFEST, OptionError, read_manifest

_HOLDS = {BASE: "a base set", DROPS: "drops"}


@contextmanager
def beside(out: Path, kind: str) -> Iterator[Path]:
    """A new folder beside `out` that takes its place unless an error is raised.

    Raises OptionError when `out` can't be written or holds something that is not of this kind.
    """
    try:
        _check(out, kind)
        out.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError as error:
        raise OptionError(f"--out {out} can't be written: {_reason(error)}") from error
    try:
        folder.chmod(0o755)
        yield folder
        _replace(out, folder)
    except OSError as error:
        raise OptionError(f"--out {out} can't be written: {_reason(error)}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _check(out: Path, kind: str) -> None:
    if out.exists() and not out.is_dir():
        raise OptionError(f"--out {out} is a file; name a folder")
    if not out.is_dir():
        return
    manifest = read_manifest(out)
    if manifest is None:
        foreign = [path.name for path in out.iterdir() if path.name != MANIFEST]
        if foreign:
            raise OptionError(
                f"--out {out} holds files of something else ({foreign[0]}); name another folder"
            )
    elif (held := manifest.get("kind", BASE)) != kind:
        raise OptionError(
            f"--out {out} holds {_HOLDS.get(held, held)} and would be replaced by "
            f"{_HOLDS[kind]}; name another folder"
        )


def _replace(out: Path, folder: Path) -> None:
    """Let `folder` become `out`; what was there is gone only when the new one is in place."""
    if not out.exists():
        folder.rename(out)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{out.name}-old-", dir=out.parent)) / out.name
    try:
        out.rename(old)
        try:
            folder.rename(out)
        except OSError:
            old.rename(out)
            raise
    finally:
        shutil.rmtree(old.parent, ignore_errors=True)


def _reason(error: OSError) -> str:
    """What the system says, also where Arrow wrapped it."""
    return os.strerror(error.errno) if error.errno else " ".join(str(error).split())
