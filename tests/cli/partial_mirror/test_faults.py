"""A mirror whose run is killed, whose server dies, or whose folder is somebody's."""

import signal
import threading
from pathlib import Path

import pytest

from tests.cli.partial_mirror.folder import AMD, ARM, Mirror, good
from tests.system.server import Asked, Reply, Server
from tests.upstream import of_two_moments

WORDS = ("stable", "test", *AMD, *ARM)


@pytest.fixture
def whole(mirror: Mirror, tmp_path: Path) -> dict[str, bytes]:
    """What a run that nobody disturbs comes to."""
    other = Mirror(tmp_path / "other", mirror.program)
    good(other(*WORDS))
    return other.files


@pytest.mark.parametrize("request_", [2, 12, 20, 26, 30])
def test_killed_while_it_is_served_it_is_ended_by_the_next(
    request_: int, mirror: Mirror, server: Server, whole: dict[str, bytes]
) -> None:
    """By SIGKILL, as it waits for that answer."""
    reached, answers = threading.Event(), server.answers

    def until(asked: Asked) -> Reply:
        if len(server.asked) >= request_:
            reached.set()
            return Reply(status=503, wait=2)
        return answers(asked)

    server.answers = until
    run = mirror.program.start("mirror", str(mirror.folder), *WORDS, DOCKSWITCH_MIRROR=server.url)
    with run:
        assert reached.wait(timeout=60)
        run.send_signal(signal.SIGKILL)
    assert run.returncode == -signal.SIGKILL
    assert of_two_moments(mirror.folder) is None
    assert {path for path in mirror.files if whole[path] != mirror.files[path]} == set()
    server.answers = answers
    good(mirror(*WORDS, DOCKSWITCH_MIRROR=server.url))
    assert mirror.files == whole
    left = {path.name for path in (mirror.folder / ".dockswitch").rglob("*")}
    assert left == {"lock", "manifest.json", "parts"}


def test_two_runs_at_once_end_in_one_whole_mirror(mirror: Mirror, whole: dict[str, bytes]) -> None:
    runs = [mirror.program.start("mirror", str(mirror.folder), *WORDS) for _ in range(2)]
    for run in runs:
        out, err = run.communicate(timeout=120)
        assert run.returncode == 0, out + err
    assert mirror.files == whole


def test_a_folder_with_other_things_in_it_keeps_them_whatever_is_pruned(mirror: Mirror) -> None:
    theirs = {
        "notes.txt": "mine",
        "linux/static/stable/x86_64/docker-1.0.tgz": "mine",
        "linux/debian/dists/trixie/InRelease": "mine",
    }
    for place, text in theirs.items():
        path = mirror.folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    good(mirror(*WORDS))
    good(mirror("98.0.1", *AMD, "--prune"))
    good(mirror("98.0.2", *AMD, "--backend", "static", "--prune"))
    assert {place: (mirror.folder / place).read_text() for place in theirs} == theirs
    page = (mirror.folder / "linux/static/stable/x86_64/index.html").read_text()
    assert "docker-1.0.tgz" in page
