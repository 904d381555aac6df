"""A key that a test repository is signed with, and its signatures."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

#: seconds
_LIMIT = 60


@dataclass(frozen=True)
class SigningKey:
    """A key pair, armoured; tests may sign with it what its repository never said."""

    fingerprint: str
    public: bytes
    secret: bytes

    @classmethod
    def make(cls) -> SigningKey:
        with _home() as home:
            name = "Docker Release (tests)"
            _gpg(home, ["--passphrase", "", "--quick-gen-key", name, "ed25519", "sign", "never"])
            listed = _gpg(home, ["--with-colons", "--list-keys"]).decode().splitlines()
            fingerprint = next(line.split(":")[9] for line in listed if line.startswith("fpr"))
            secret = _gpg(home, ["--armor", "--passphrase", "", "--export-secret-keys"])
            return cls(fingerprint, _gpg(home, ["--armor", "--export"]), secret)

    def sign(self, suite: Path, release: str) -> None:
        """Write Release, InRelease and Release.gpg of a suite."""
        (suite / "Release").write_text(release)
        with _home() as home:
            _gpg(home, ["--import"], self.secret)
            content = (suite / "Release").read_bytes()
            (suite / "InRelease").write_bytes(_gpg(home, ["--clearsign"], content))
            detached = _gpg(home, ["--armor", "--detach-sign"], content)
            (suite / "Release.gpg").write_bytes(detached)


@contextmanager
def _home() -> Iterator[Path]:
    """A keyring of its own; the agent that gpg starts for it ends with it."""
    # Sockets of the agent lie in it, and their paths end at 108 bytes.
    with tempfile.TemporaryDirectory(prefix="dk-gpg-", dir="/tmp") as folder:
        home = Path(folder)
        try:
            yield home
        finally:
            stop = ["gpgconf", "--homedir", folder, "--kill", "all"]
            subprocess.run(stop, check=False, capture_output=True, timeout=_LIMIT)


def _gpg(home: Path, words: Sequence[str], given: bytes = b"") -> bytes:
    gpg = ["gpg", "--homedir", str(home), "--batch", "--quiet", "--pinentry-mode", "loopback"]
    ran = subprocess.run(
        [*gpg, *words], input=given, capture_output=True, check=False, timeout=_LIMIT
    )
    assert ran.returncode == 0, ran.stderr.decode(errors="replace")
    return ran.stdout
