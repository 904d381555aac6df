"""The file of preferences: what is pinned, and who wants that, as apt and people read it."""

import shutil
import subprocess
from pathlib import Path

import pytest

from dockswitch.apt import preferences
from dockswitch.apt.foreign_holds import foreign
from dockswitch.model.hold import Hold
from dockswitch.model.layout import PREFERENCES
from dockswitch.model.step import File, Holds
from tests.world import World

WORDS = ("docker-ce=5:28.5.2+dfsg4-1~debian.12~bookworm", "containerd.io=1.7.28-1")
HOLD = Hold("anna", "the cluster wants it", "2026-11-24T12:45:44Z", asked=True)

TEXT = """\
Explanation: Held by dockswitch: no upgrade changes these packages.
Explanation: Held by: anna
Explanation: Because: the cluster wants it
Explanation: Since: 2026-11-24T12:45:44Z
Explanation: Until: somebody lets go of them
Explanation: `dockswitch unhold` lets go of them; it removes this file, which is not to be edited.
Package: docker-ce
Pin: version 5:28.5.2+dfsg4-1~debian.12~bookworm
Pin-Priority: 999

Package: containerd.io
Pin: version 1.7.28-1
Pin-Priority: 999
"""


def test_it_says_who_holds_what_why_and_since_when() -> None:
    assert preferences.text(HOLD, WORDS) == TEXT


@pytest.mark.parametrize(
    "hold",
    [
        HOLD,
        Hold("anna", "", HOLD.since),
        Hold("Bärbel", "Package: x = 99 % of “it”", HOLD.since, asked=True),
    ],
)
def test_what_was_written_is_read_back(hold: Hold) -> None:
    world = World()
    world.files.write(PREFERENCES, preferences.text(hold, WORDS).encode())
    assert preferences.read(world) == (hold, WORDS)


def test_a_reason_of_several_lines_is_one() -> None:
    torn = Hold("anna", "the cluster\n\nPackage: *\x00 wants  it", HOLD.since)
    world = World()
    world.files.write(PREFERENCES, preferences.text(torn, WORDS).encode())
    found = preferences.read(world)
    assert found is not None
    assert found[0].reason == preferences.line(torn.reason) == "the cluster Package: * wants it"
    assert found[1] == WORDS


@pytest.mark.parametrize("content", [None, b"", b"Package: docker-ce\nPin: version 1\n", b"\xff"])
def test_what_is_none_of_ours_says_nothing(content: bytes | None) -> None:
    world = World()
    if content is not None:
        world.files.write(PREFERENCES, content)
    assert preferences.read(world) is None


def test_the_steps_there_and_back() -> None:
    there = preferences.steps(HOLD, WORDS, before=("docker-model-plugin=1", *WORDS[:1]))
    assert there == (
        File(PREFERENCES, TEXT),
        Holds(("docker-ce", "containerd.io"), ("docker-model-plugin",)),
    )
    back = preferences.steps(None, (), before=WORDS)
    assert back == (File(PREFERENCES, None), Holds((), ("docker-ce", "containerd.io")))


def test_what_is_held_and_not_ours_is_somebody_else_s() -> None:
    world = World()
    world.dpkg.has(*WORDS, "docker-ce-cli=1", "docker-buildx-plugin=1")
    for name in ("docker-ce", "docker-ce-cli"):
        world.dpkg.packages[name].letters = "hi "
    names = ("docker-ce", "docker-ce-cli", "docker-buildx-plugin")
    assert foreign(world, names) == ("docker-ce", "docker-ce-cli")
    world.files.write(PREFERENCES, TEXT.encode())
    assert foreign(world, names) == ("docker-ce-cli",)


def test_apt_itself_reads_it_without_a_word(tmp_path: Path) -> None:
    if shutil.which("apt-cache") is None:
        pytest.skip("there is no apt")
    folder = tmp_path / "preferences.d"
    folder.mkdir()
    (folder / PREFERENCES.rpartition("/")[2]).write_text(preferences.text(HOLD, WORDS))
    (tmp_path / "status").write_text(
        "Package: docker-ce\nStatus: install ok installed\nMaintainer: a <a@b>\n"
        "Architecture: all\nVersion: 5:28.5.2+dfsg4-1~debian.12~bookworm\nDescription: x\n\n"
    )
    options = {
        "Dir::Etc::preferencesparts": folder,
        "Dir::Etc::preferences": tmp_path / "none",
        "Dir::Etc::sourcelist": tmp_path / "none",
        "Dir::Etc::sourceparts": tmp_path,
        "Dir::State": tmp_path,
        "Dir::State::status": tmp_path / "status",
        "Dir::Cache": tmp_path,
    }
    words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    asked = ["apt-cache", *words, "policy", "docker-ce"]
    ran = subprocess.run(asked, capture_output=True, text=True, check=True)
    assert f"5:28.5.2+dfsg4-1~debian.12~bookworm {preferences.PRIORITY}\n" in ran.stdout
    assert ran.stderr == ""
