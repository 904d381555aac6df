"""A suite's index files: one Packages for each component, and the Release that announces them."""

from __future__ import annotations

import gzip
import hashlib
import subprocess
from collections.abc import Sequence
from datetime import datetime, timezone
from email.utils import format_datetime
from pathlib import Path

from tests.integration.tarball import digest


def write_packages(repository: Path, suite: str, component: str, arch: str) -> None:
    """List all that lies in the component's pool."""
    pool = repository / "dists" / suite / "pool" / component / arch
    stanzas = [_stanza(deb, repository) for deb in sorted(pool.glob("*.deb"))]
    folder = repository / "dists" / suite / component / f"binary-{arch}"
    folder.mkdir(parents=True, exist_ok=True)
    # Every index ends with an empty line; without it apt reads it from front to back only.
    text = "".join(f"{stanza}\n" for stanza in stanzas).encode()
    (folder / "Packages").write_bytes(text)
    (folder / "Packages.gz").write_bytes(gzip.compress(text, mtime=0))


def release(
    repository: Path,
    suite: str,
    components: Sequence[str],
    arch: str,
    *,
    made: datetime | None = None,
    until: datetime | None = None,
) -> str:
    """What Release says of the suite as it lies there; until `until` it is valid, if given."""
    folder = repository / "dists" / suite
    fields = {
        "Origin": "Docker",
        "Label": "Docker CE",
        "Suite": suite,
        "Codename": suite,
        "Date": _spelled(made or datetime.now(timezone.utc)),
        **({"Valid-Until": _spelled(until)} if until else {}),
        "Architectures": arch,
        "Components": " ".join(components),
        "Description": "Docker's packages, made of other engines for tests",
    }
    listed = sorted(folder.glob("*/binary-*/Packages*"))
    lines = [
        f" {hashlib.sha256(path.read_bytes()).hexdigest()} {path.stat().st_size} "
        f"{path.relative_to(folder)}"
        for path in listed
    ]
    said = [f"{name}: {value}" for name, value in fields.items()]
    return "\n".join([*said, "SHA256:", *lines, ""])


def _stanza(deb: Path, repository: Path) -> str:
    asked = ["dpkg-deb", "--field", str(deb)]
    ran = subprocess.run(asked, check=True, capture_output=True, text=True, timeout=60)
    place = {
        "Filename": str(deb.relative_to(repository)),
        "Size": str(deb.stat().st_size),
        "SHA256": digest(deb),
    }
    return ran.stdout + "".join(f"{name}: {value}\n" for name, value in place.items())


def _spelled(time: datetime) -> str:
    return format_datetime(time.astimezone(timezone.utc), usegmt=True)
