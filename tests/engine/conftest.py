"""A machine of its own for each test."""

import os
from pathlib import Path

import pytest

from dockswitch.model.host import Host
from dockswitch.model.layout import Layout
from dockswitch.system.here import Here


def here(root: Path) -> Here:
    """This machine below that root."""
    return Here(Layout.of_system(root=str(root)), Host("linux", os.uname().machine))


@pytest.fixture
def machine(tmp_path: Path) -> Here:
    found = here(tmp_path)
    found.folder("/run")
    found.folder(found.layout.versions)
    return found
