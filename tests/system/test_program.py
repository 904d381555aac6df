"""How this program is started again."""

import os
import sys
from pathlib import Path

import pytest

from dockswitch.system import program


def test_it_is_named_as_it_was_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called = tmp_path / "dockswitch"
    called.write_text("#!/bin/sh\n")
    called.chmod(0o755)
    monkeypatch.setattr(sys, "argv", ["./dockswitch", "use", "stable"])
    monkeypatch.chdir(tmp_path)
    assert program.own() == (str(called),)


def test_a_module_is_started_by_its_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [os.path.abspath("dockswitch/__main__.py"), "use"])
    assert program.own() == (sys.executable, "-m", "dockswitch")
