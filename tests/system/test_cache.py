"""Index pages between runs: revalidated, served offline, and never a burden."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from dockswitch.model.errors import DockswitchError
from dockswitch.model.ports import Index
from dockswitch.model.unreachable import NeverFetched, NoAnswer, NotServed
from dockswitch.system.cache import Cache
from dockswitch.system.http import Door
from tests.system.server import Asked, Reply, serving

OFFLINE = Door(offline=True)
ONLINE = Door(connect=2, silence=2, waits=())


def etagged(asked: Asked) -> Reply:
    if asked.headers.get("If-None-Match") == '"1"':
        return Reply(status=304, headers={"ETag": '"1"'})
    return Reply(b"page", headers={"ETag": '"1"'})


def test_a_page_is_asked_for_again_only_if_it_changed(tmp_path: Path) -> None:
    with serving(etagged) as s:
        first = Cache(ONLINE, (str(tmp_path),)).index(f"{s.url}/x/")
        second = Cache(ONLINE, (str(tmp_path),)).index(f"{s.url}/x/")
        assert s.asked[1].headers["If-None-Match"] == '"1"'
    assert first == second == Index(b"page", f"{s.url}/x/", fresh=True)


def test_a_page_that_changed_takes_the_old_ones_place(tmp_path: Path) -> None:
    with serving(
        lambda asked: Reply(b"%d" % asked.count, headers={"ETag": f'"{asked.count}"'})
    ) as s:
        cache = Cache(ONLINE, (str(tmp_path),))
        assert [cache.index(s.url).body for _ in range(3)] == [b"0", b"1", b"2"]
        assert Cache(OFFLINE, (str(tmp_path),)).index(s.url).body == b"2"


def test_offline_the_kept_page_is_served_and_nobody_is_asked(tmp_path: Path) -> None:
    with serving(etagged) as s:
        Cache(ONLINE, (str(tmp_path),)).index(f"{s.url}/x/")
        found = Cache(OFFLINE, (str(tmp_path),)).index(f"{s.url}/x/")
        assert len(s.asked) == 1
    assert found == Index(b"page", f"{s.url}/x/", fresh=False)


def test_offline_what_was_never_fetched_is_named(tmp_path: Path) -> None:
    with pytest.raises(NeverFetched) as failed:
        Cache(OFFLINE, (str(tmp_path),)).index("https://me:hunter2@example.org/x/?token=hunter3")
    assert "example.org/x/" in failed.value.message
    assert "hunter" not in failed.value.message


def test_online_a_kept_page_does_not_stand_in_for_a_server_that_is_down(tmp_path: Path) -> None:
    with serving(etagged) as s:
        Cache(ONLINE, (str(tmp_path),)).index(s.url)
    with pytest.raises(NoAnswer) as failed:
        Cache(ONLINE, (str(tmp_path),)).index(s.url)
    assert "--offline" in failed.value.hint


def test_a_broken_page_counts_as_none(tmp_path: Path) -> None:
    with serving(etagged) as s:
        cache = Cache(ONLINE, (str(tmp_path),))
        cache.index(s.url)
        (path,) = tmp_path.iterdir()
        whole = path.read_bytes()
        for broken in (
            b"",
            whole[:-1],
            whole + b"x",
            b"[]\npage",
            b"\xff\n",
            b"{}\n",
            b'{"url":1}\n',
        ):
            path.write_bytes(broken)
            with pytest.raises(NeverFetched):
                Cache(OFFLINE, (str(tmp_path),)).index(s.url)
            assert cache.index(s.url).body == b"page"
            assert path.read_bytes() == whole


def test_no_secret_is_kept(tmp_path: Path) -> None:
    with serving(etagged) as s:
        url = s.url.replace("//", "//me:hunter2@") + "/x/?token=hunter3"
        Cache(ONLINE, (str(tmp_path),)).index(url)
        (path,) = tmp_path.iterdir()
        assert b"hunter" not in path.read_bytes() + path.name.encode()
        found = Cache(OFFLINE, (str(tmp_path),)).index(url)
    assert found.url == s.url.replace("//", "//me:hunter2@") + "/x/"


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with serving(etagged) as s:
        assert Cache(ONLINE, (str(tmp_path / "file" / "x"),)).index(s.url).body == b"page"
        assert Cache(ONLINE, ()).index(s.url).body == b"page"


def test_the_first_folder_that_lets_us_keeps_the_page_and_the_newest_one_counts(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").touch()
    own, theirs = str(tmp_path / "own"), str(tmp_path / "theirs")
    with serving(lambda asked: Reply(b"%d" % asked.count)) as s:
        Cache(ONLINE, (str(tmp_path / "file" / "x"), own)).index(s.url)
        os.utime(next((tmp_path / "own").iterdir()), (0, 0))
        Cache(ONLINE, (theirs,)).index(s.url)
        assert Cache(OFFLINE, (own, theirs)).index(s.url).body == b"1"
        assert Cache(OFFLINE, (own,)).index(s.url).body == b"0"


def test_the_oldest_pages_go_when_there_are_too_many(tmp_path: Path) -> None:
    with serving(lambda _: Reply(bytes(1000))) as s:
        cache = Cache(ONLINE, (str(tmp_path),), largest=5000)
        for number in range(10):
            cache.index(f"{s.url}/{number}")
            for path in tmp_path.iterdir():
                os.utime(path, (path.stat().st_mtime - 10,) * 2)
        assert 1 <= len(list(tmp_path.iterdir())) <= 5
        assert Cache(OFFLINE, (str(tmp_path),)).index(f"{s.url}/9").body == bytes(1000)


def test_what_a_killed_command_left_is_swept_up(tmp_path: Path) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    for name in (f".tmp-{ended.pid}-x", ".tmp-0ld", f".tmp-{os.getpid()}-y"):
        (tmp_path / name).touch()
    with serving(etagged) as s:
        Cache(ONLINE, (str(tmp_path),)).index(f"{s.url}/x/")
    left = [path.name for path in tmp_path.iterdir() if path.name.startswith(".tmp-")]
    assert left == [f".tmp-{os.getpid()}-y"]


def test_several_pages_are_read_at_once_and_errors_stand_in_their_places(tmp_path: Path) -> None:
    def answers(asked: Asked) -> Reply:
        return Reply(asked.path.encode(), wait=0.3, status=404 if asked.path == "/1" else 200)

    begun = time.monotonic()
    with serving(answers) as s:
        found = Cache(ONLINE, (str(tmp_path),)).indexes([f"{s.url}/{n}" for n in range(6)])
    assert time.monotonic() - begun < 1.5
    assert isinstance(found[1], NotServed)
    bodies = [page.body for page in found if not isinstance(page, DockswitchError)]
    assert bodies == [b"/0", b"/2", b"/3", b"/4", b"/5"]


def test_a_folder_on_this_machine_is_listed(tmp_path: Path) -> None:
    (tmp_path / "docker-20.10.24+dfsg1.tgz").touch()
    (tmp_path / "a folder").mkdir()
    found = Cache(OFFLINE, ()).index(tmp_path.as_uri())
    assert found.url == tmp_path.as_uri() + "/"
    assert b'"docker-20.10.24%2Bdfsg1.tgz"' in found.body
    assert b'"a%20folder/"' in found.body


def test_a_file_on_this_machine_is_read(tmp_path: Path) -> None:
    (tmp_path / "InRelease").write_bytes(b"signed")
    assert Cache(OFFLINE, ()).index((tmp_path / "InRelease").as_uri()).body == b"signed"
    with pytest.raises(NotServed):
        Cache(OFFLINE, ()).index((tmp_path / "Release").as_uri())
    with pytest.raises(DockswitchError):
        Cache(OFFLINE, ()).index("file://elsewhere/etc/passwd")


def test_a_pipe_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NotServed):
        Cache(OFFLINE, ()).index((tmp_path / "pipe").as_uri())


def test_an_answer_to_what_was_never_asked_is_no_page(tmp_path: Path) -> None:
    with serving(lambda _: Reply(status=304)) as s, pytest.raises(NoAnswer):
        Cache(ONLINE, (str(tmp_path),)).index(s.url)
