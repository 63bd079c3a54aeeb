"""Install the dbt packages: from the dbt hub, or this project's stand-ins where it is out of reach.

`python -m scripts.deps` (or `make deps`) runs `dbt deps`. That command deletes dbt_packages/ first
and then retries an unreachable hub for a long time, so the hub is probed before.
"""

import argparse
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from scripts.paths import ROOT

PROBE_SECONDS = 4
DEPS_SECONDS = 180
STAMP = ".installed"


class DepsError(Exception):
    """The packages can't be installed; the message says what to do."""


def wanted_packages(root: Path) -> dict[str, str]:
    """Names and exact versions of the hub packages in packages.yml."""
    entries = yaml.safe_load((root / "packages.yml").read_text())["packages"]
    return {entry["package"].split("/")[-1]: str(entry["version"]) for entry in entries}


def offline_packages(root: Path) -> dict[str, str]:
    """Names and versions of the stand-ins."""
    found = {}
    for path in sorted((root / "offline_packages").glob("*/dbt_project.yml")):
        project = yaml.safe_load(path.read_text())
        found[project["name"]] = str(project["version"])
    return found


def fingerprint(root: Path) -> str:
    """A hash of all that decides what gets installed."""
    digest = hashlib.sha256()
    files = [root / "packages.yml", root / "package-lock.yml"]
    files += [path for path in sorted((root / "offline_packages").rglob("*")) if path.is_file()]
    for path in files:
        digest.update(str(path.relative_to(root)).encode())
        digest.update(path.read_bytes() if path.exists() else b"")
    return digest.hexdigest()


def installed(root: Path) -> str | None:
    """Where the installed packages came from ("hub" or "offline"), or None if they are not right.

    Packages that a plain `dbt deps` installed have no stamp and count as not right: running
    `dbt deps` once more costs seconds.
    """
    stamp = root / "dbt_packages" / STAMP
    if not stamp.exists():
        return None
    origin, _, mark = stamp.read_text().strip().partition(" ")
    complete = all((root / "dbt_packages" / name).is_dir() for name in wanted_packages(root))
    return origin if complete and mark == fingerprint(root) else None


def hub_problem(root: Path) -> str | None:
    """Why the hub or its downloads are out of reach; None when they answer."""
    import requests  # dbt's own client, so that the same proxies and certificates apply
    from dbt.clients import registry

    entry = yaml.safe_load((root / "packages.yml").read_text())["packages"][0]
    try:
        url = f"{registry.DEFAULT_REGISTRY_BASE_URL}api/v1/{entry['package']}.json"
        answer = requests.get(url, timeout=PROBE_SECONDS)
        answer.raise_for_status()
        archive = answer.json()["versions"][str(entry["version"])]["downloads"]["tarball"]
        with requests.get(archive, timeout=PROBE_SECONDS, stream=True) as download:
            download.raise_for_status()
    except (requests.RequestException, ValueError, KeyError) as error:
        return type(error).__name__
    return None


def run_dbt_deps(root: Path) -> str | None:
    """Run `dbt deps`; its last words if it failed."""
    command = [str(Path(sys.executable).with_name("dbt")), "deps", "--project-dir", str(root)]
    kept = {
        path: path.read_bytes()
        for path in (root / "packages.yml", root / "package-lock.yml")
        if path.exists()
    }
    try:
        result = subprocess.run(
            command, cwd=root, capture_output=True, text=True, timeout=DEPS_SECONDS, check=False
        )
        problem = None
        if result.returncode:
            lines = (result.stdout + result.stderr).strip().splitlines()
            problem = lines[-1].strip() if lines else f"exit code {result.returncode}"
    except subprocess.TimeoutExpired:
        problem = f"no result in {DEPS_SECONDS} s"
    if problem:
        for path, content in kept.items():
            path.write_bytes(content)
    return problem


def install_offline(root: Path) -> None:
    """Copy the stand-ins into dbt_packages/; refuse when they are not what packages.yml pins."""
    wanted, offered = wanted_packages(root), offline_packages(root)
    for name, version in wanted.items():
        if offered.get(name) != version:
            raise DepsError(
                f"packages.yml asks for {name} {version}, and offline_packages/ has "
                f"{name + ' ' + offered[name] if name in offered else 'no ' + name}; "
                "run `dbt deps` where the dbt hub can be reached, or add a stand-in"
            )
    target = root / "dbt_packages"
    shutil.rmtree(target, ignore_errors=True)
    for name in wanted:
        shutil.copytree(root / "offline_packages" / name, target / name)


def install(root: Path, *, force: bool = False, offline: bool = False) -> str:
    """Install the packages and return one line that says what was done."""
    origin = installed(root)
    if origin and not force and not (offline and origin == "hub"):
        source = "the dbt hub" if origin == "hub" else "offline_packages/"
        return f"dbt packages are up to date (from {source})"
    problem = "asked not to" if offline else hub_problem(root) or run_dbt_deps(root)
    if problem:
        install_offline(root)
    stamp = root / "dbt_packages" / STAMP
    stamp.write_text(f"{'offline' if problem else 'hub'} {fingerprint(root)}\n")
    if problem:
        return (
            f"dbt hub not used ({problem}): "
            "installed the stand-ins of offline_packages/ into dbt_packages/"
        )
    return "dbt packages installed from the dbt hub"


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m scripts.deps", description=__doc__)
    parser.add_argument("--force", action="store_true", help="install again, and try the hub again")
    parser.add_argument("--offline", action="store_true", help="take the stand-ins, ask no hub")
    options = parser.parse_args(arguments)
    try:
        print(install(ROOT, force=options.force, offline=options.offline))
    except DepsError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
