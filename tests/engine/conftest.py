"""A machine of its own for each test."""

from pathlib import Path

import pytest

from dockswitch.model.layout import Layout
from tests.engine.machine import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """This machine below a temporary root."""
    found = Machine(Layout.of_system(root=str(tmp_path)))
    found.folder("/run")
    found.folder(found.layout.versions)
    return found
