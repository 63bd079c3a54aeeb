"""Read a target of the dbt profile, so that the connection is written once, in one place.

The file is looked for where dbt looks: DBT_PROFILES_DIR, then profiles.yml beside the command,
then ~/.dbt; and at last profiles.example.yml of this repo, which works as it is.
"""

import contextvars
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from ingestion.contract import ROOT

EXAMPLE_FILE = "profiles.example.yml"


class ProfileError(Exception):
    """The profile can't be read; the message says which file and what to change."""


def read_target(target: str) -> dict[str, Any]:
    """Settings of one target of this project's profile, rendered by dbt: type, host, path, ….

    Raises ProfileError when no file holds the profile, or the profile lacks the target.
    """
    name = _profile_name()
    tried = []
    for path in _candidates():
        tried.append(str(path))
        profile = _parse(path).get(name)
        if profile is None:
            continue
        outputs = profile.get("outputs") or {}
        if target not in outputs:
            known = ", ".join(outputs) or "none"
            raise ProfileError(f"{path}: profile {name} has no target {target!r}; it has {known}")
        return _render(outputs[target], path, target)
    raise ProfileError(
        f"no profile {name} in {', '.join(tried) or 'any profiles.yml'}; "
        f"copy {EXAMPLE_FILE} to profiles.yml in the project's root"
    )


def _profile_name() -> str:
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))
    return str(project["profile"])


def _candidates() -> Iterator[Path]:
    """Profile files that exist, the first choice first.

    A folder that DBT_PROFILES_DIR names is the only one asked, as in dbt: falling through to
    another file would load into another database than the one that was meant.
    """
    chosen = os.environ.get("DBT_PROFILES_DIR")
    if chosen:
        path = Path(chosen) / "profiles.yml"
        if not path.is_file():
            raise ProfileError(f"DBT_PROFILES_DIR is {chosen}, but {path} does not exist")
        yield path
        return
    for path in (
        Path.cwd() / "profiles.yml",
        Path.home() / ".dbt" / "profiles.yml",
        ROOT / EXAMPLE_FILE,
    ):
        if path.is_file():
            yield path


def _parse(path: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ProfileError(f"{path} is not valid YAML: {error}") from error
    return document if isinstance(document, dict) else {}


def _render(output: dict[str, Any], path: Path, target: str) -> dict[str, Any]:
    # dbt takes a second and a half to import, so only a command that connects pays for it
    from dbt.config.renderer import ProfileRenderer
    from dbt_common.context import set_invocation_context
    from dbt_common.exceptions import DbtBaseException

    def render() -> dict[str, Any]:
        set_invocation_context(os.environ)  # where dbt's env_var looks
        return dict(ProfileRenderer({}).render_data(output))

    try:
        return contextvars.copy_context().run(render)
    except DbtBaseException as error:
        message = " ".join(str(error).split())
        raise ProfileError(f"{path}: target {target} can't be rendered: {message}") from error
