"""The program needs nothing that is compiled: the single file holds pure Python only."""

import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

# What its libraries have compiled besides, and isal, which is nothing else.
COMPILED = ("isal", "yaml._yaml", "charset_normalizer.md__mypyc")
WITHOUT = f"import sys; sys.modules.update(dict.fromkeys({COMPILED!r})); "
RUN = "from dockswitch.cli.app import run; sys.exit(run(sys.argv[1:]))"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A static archive, as a mirror in a folder has it."""
    folder = tmp_path / "mirror/linux/static/stable/x86_64"
    folder.mkdir(parents=True)
    program = tmp_path / "docker"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    with tarfile.open(folder / "docker-28.5.2+site1.tgz", "w:gz") as made:
        made.add(program, "docker/docker")
        made.add(program, "docker/dockerd")
    return tmp_path / "mirror"


def test_it_reads_a_sites_map_and_unpacks_an_archive_without_them(
    archive: Path, tmp_path: Path
) -> None:
    site = tmp_path / "channels.yaml"
    site.write_text("channels:\n  ours:\n    static: {}\n")
    words = ["install", "28.5.2+site1", "--root", str(tmp_path / "root"), "--channels", str(site)]
    ran = subprocess.run(
        [sys.executable, "-c", WITHOUT + RUN, *words, "--mirror", f"file://{archive}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    (kept,) = (tmp_path / "root/var/lib/dockswitch/versions").iterdir()
    assert kept.name.startswith("28.5.2+site1-")
