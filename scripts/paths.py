"""Where the project keeps what it makes on this machine; everything here is ignored by git."""

import hashlib
import os
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# A Unix socket's path holds 103 bytes on macOS and 107 on Linux; take the smaller of the two.
MAX_SOCKET_PATH_BYTES = 103
SOCKET_NAME = ".s.PGSQL.5432"


def postgres_home() -> Path:
    """Folder of the embedded PostgreSQL: RCM_PG_HOME, or .postgres in the repo's root."""
    return Path(os.environ.get("RCM_PG_HOME") or ROOT / ".postgres").absolute()


def socket_folder(home: Path) -> Path:
    """Folder of the server's socket: inside `home`, or under the temp folder when that is too long.

    RCM_PG_SOCKET overrides both. The short name is a hash of `home`, so that clones side by side
    and users of one machine never meet.
    """
    override = os.environ.get("RCM_PG_SOCKET")
    if override:
        return Path(override).absolute()
    folder = home / "socket"
    if fits_socket_path(folder):
        return folder
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"rcm-{os.getuid()}-{digest}"


def fits_socket_path(folder: Path) -> bool:
    """Whether a socket in `folder` has a path that the operating system accepts."""
    return len(os.fsencode(folder / SOCKET_NAME)) <= MAX_SOCKET_PATH_BYTES
