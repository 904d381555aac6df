"""Signed apt suites of several distributions beside a mirror's archives, for indexes' sake."""

import gzip
import hashlib
from collections.abc import Sequence
from pathlib import Path

from tests.integration.apt_signing import SigningKey

PACKAGES = Path(__file__).parent.parent / "sources" / "signed" / "Packages"
COMPONENT = "test"


def lay(folder: Path, suites: Sequence[str], archs: Sequence[str] = ("amd64",)) -> Path:
    """Lays out suites (`ubuntu/jammy`), all signed with one new key.

    Returns the channel map that says so, which is for the address of the folder's server: its key
    is found below the mirror.
    """
    key = SigningKey.make()
    for each in suites:
        distribution, _, codename = each.partition("/")
        suite = folder / "linux" / distribution / "dists" / codename
        key.sign(suite, _release(suite, codename, archs))
    (folder / "key.asc").write_bytes(key.public)
    channels = folder.with_name(f"{folder.name}-channels.yaml")
    channels.write_text(
        f'keys:\n  deb:\n    fingerprint: {key.fingerprint}\n    address: "{{mirror}}/key.asc"\n'
    )
    return channels


def _release(suite: Path, codename: str, archs: Sequence[str]) -> str:
    lines = []
    for arch in archs:
        text = PACKAGES.read_text().replace("_amd64.deb", f"_{arch}.deb")
        packed = gzip.compress(text.replace("dists/jammy/", f"dists/{codename}/").encode(), mtime=0)
        index = suite / COMPONENT / f"binary-{arch}" / "Packages.gz"
        index.parent.mkdir(parents=True, exist_ok=True)
        index.write_bytes(packed)
        digest = hashlib.sha256(packed).hexdigest()
        lines.append(f" {digest} {len(packed)} {index.relative_to(suite)}\n")
    return (
        f"Suite: {codename}\nCodename: {codename}\nDate: Fri, 03 Feb 2023 10:00:00 +0000\n"
        f"Architectures: {' '.join(archs)}\nComponents: {COMPONENT}\nSHA256:\n{''.join(lines)}"
    )
