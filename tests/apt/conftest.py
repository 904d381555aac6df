"""What tests of apt share."""

from pathlib import Path

import pytest

from tests.apt.dpkg_root import fill


@pytest.fixture
def dpkg_root(tmp_path: Path) -> Path:
    """docker-ce, docker-ce-cli and containerd.io are there, of which the last is held."""
    return fill(tmp_path, "containerd.io")
