"""Certificates as docker-machine makes them: a CA of its own, one for each engine, one for us."""

import shutil
import subprocess
from pathlib import Path

import pytest


def authority(folder: Path, name: str = "dockswitch test") -> Path:
    """`ca.pem` and `ca-key.pem` in a folder; skips where there is no openssl."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed, which makes certificates")
    folder.mkdir(parents=True, exist_ok=True)
    key, wanted = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"), ("-subj", f"/O={name}")
    files = ("-keyout", str(folder / "ca-key.pem"), "-out", str(folder / "ca.pem"))
    _openssl("req", "-x509", *key, "-nodes", "-days", "2", *wanted, *files)
    return folder


def of_engine(folder: Path, host: str, *, days: int = 2) -> tuple[Path, Path]:
    """`server.pem` and `server-key.pem` for the address of an engine, signed by that CA.

    A negative number of days makes one that has expired.
    """
    kind = "IP" if host.replace(".", "").isdigit() else "DNS"
    return _signed(folder, "server", "server-key", f"subjectAltName={kind}:{host}", days)


def of_client(folder: Path, *, days: int = 2) -> tuple[Path, Path]:
    """`cert.pem` and `key.pem`, with which docker proves itself."""
    return _signed(folder, "cert", "key", "extendedKeyUsage=clientAuth", days)


def _signed(folder: Path, name: str, key: str, extension: str, days: int) -> tuple[Path, Path]:
    certificate, private = folder / f"{name}.pem", folder / f"{key}.pem"
    request, extensions = folder / f"{name}.csr", folder / f"{name}.ext"
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
    _openssl(
        *("req", "-new", *curve, "-nodes", "-subj", "/O=dockswitch test"),
        *("-keyout", str(private), "-out", str(request)),
    )
    extensions.write_text(f"{extension}\n")
    signer = ("-CA", str(folder / "ca.pem"), "-CAkey", str(folder / "ca-key.pem"))
    _openssl(
        *("x509", "-req", "-in", str(request), *signer, "-CAcreateserial", "-days", str(days)),
        *("-extfile", str(extensions), "-out", str(certificate)),
    )
    return certificate, private


def _openssl(*words: str) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)
