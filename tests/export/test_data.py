"""What scripts make of a data-root that lies there already."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from dockswitch.export import script
from dockswitch.export.script import Script
from dockswitch.model.version import Version
from tests.export.test_fetch import shell as shell
from tests.export.test_script import archive

_IMAGES = "image/{}/imagedb/content/sha256"
_CONTAINERD = "containerd/daemon/io.containerd.content.v1.content/blobs/sha256"


def judged(shell: tuple[str, ...], version: str, root: Path, *, words: str = "") -> tuple[int, str]:
    """The exit code and what was said of that data-root, where a script looks at nothing else."""
    bundle = replace(archive().bundle, version=Version.parse(version))
    acts = f"data_root() {{ echo {root}; }}\nrefuse_unfit() {{ refuse_losses; over=yes; exit 0; }}"
    text = script.render(Script(bundle, os.uname().machine))
    ran = subprocess.run(
        [*shell, "-c", text.replace('main "$@"', f"{acts}\nmain {words}")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return ran.returncode, ran.stderr


def filled(root: Path, *places: str) -> Path:
    for place in places:
        (root / place / "abc").mkdir(parents=True)
    return root


def test_where_nothing_lies_nothing_is_lost(shell: tuple[str, ...], tmp_path: Path) -> None:
    assert judged(shell, "28.5.2", tmp_path / "gone") == (0, "")
    (tmp_path / _IMAGES.format("aufs")).mkdir(parents=True)
    assert judged(shell, "28.5.2", tmp_path) == (0, "")


@pytest.mark.parametrize(
    ("version", "place", "code"),
    [
        ("20.10.24", _IMAGES.format("aufs"), 0),
        ("28.5.2", _IMAGES.format("aufs"), 13),
        ("20.10.24", _IMAGES.format("overlay2"), 0),
        ("20.10.24", _CONTAINERD, 13),
        ("28.5.2", _CONTAINERD, 13),  # it is not told to use it
        ("29.0.0", _CONTAINERD, 0),
        ("29.0.0", f"100000.100000/{_IMAGES.format('devicemapper')}", 13),
    ],
)
def test_a_store_that_the_version_does_not_know_is_refused(
    shell: tuple[str, ...], tmp_path: Path, version: str, place: str, code: int
) -> None:
    assert judged(shell, version, filled(tmp_path, place))[0] == code


def test_it_is_said_what_would_be_lost_and_same_takes_it_anyway(
    shell: tuple[str, ...], tmp_path: Path
) -> None:
    root = filled(tmp_path, _CONTAINERD)
    code, said = judged(shell, "20.10.24", root)
    assert code == 13
    assert f"20.10.24 would not show what {root} holds in: containerd" in said
    assert judged(shell, "20.10.24", root, words="--data same") == (0, "")
    assert judged(shell, "20.10.24", root, words="--data separate")[0] == 2


def test_what_another_store_left_behind_is_no_loss_where_one_is_shown(
    shell: tuple[str, ...], tmp_path: Path
) -> None:
    root = filled(tmp_path, _IMAGES.format("overlay2"), _IMAGES.format("aufs"))
    assert judged(shell, "28.5.2", root)[0] == 0
