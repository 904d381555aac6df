"""What scripts fetch, by whichever program a machine has, and what they tell of it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from dockswitch.export import script
from dockswitch.export.script import Script
from tests.export.test_script import archive
from tests.system.server import Asked, Reply, Server, serving

_NAME = "docker-28.5.2.tgz"
_BODY = b"an archive\n"
#: Of all that a script needs, what is no program of fetching.
_TOOLS = ("cat", "cp", "cut", "mkdir", "mktemp", "printf", "rm", "sed", "sha256sum", "tr", "uname")
_FETCHERS = {"curl": "curl", "wget": "busybox"}


@dataclass(frozen=True)
class Host:
    """A folder of programs that is all that a script finds, and what it left there."""

    programs: Path
    shell: tuple[str, ...]

    def fetches(self, wanted: Script, call: str, **facts: str) -> tuple[int, dict[str, Any]]:
        """Its exit code and what it told, where it does that alone in the place of everything."""
        text = script.render(wanted)
        acts = f"refuse_unfit() {{ {call}; over=yes; exit 0; }}\nmain --json"
        for name, value in facts.items():
            acts += f" --{name} {value}"
        ran = subprocess.run(
            [*self.shell, "-c", text.replace('main "$@"', acts)],
            env={"PATH": str(self.programs)},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return ran.returncode, json.loads(ran.stdout) if ran.stdout else {}


@pytest.fixture(params=["dash", "busybox sh"])
def shell(request: pytest.FixtureRequest) -> tuple[str, ...]:
    words = str(request.param).split()
    found = shutil.which(words[0])
    if found is None:
        pytest.skip(f"this machine has no {words[0]}")
    return (found, *words[1:])


@pytest.fixture(params=list(_FETCHERS))
def host(request: pytest.FixtureRequest, tmp_path: Path, shell: tuple[str, ...]) -> Host:
    found = shutil.which(_FETCHERS[request.param])
    if found is None:
        pytest.skip(f"this machine has no {request.param}")
    made = _host(tmp_path, shell)
    (made.programs / request.param).symlink_to(found)
    return made


def _host(folder: Path, shell: tuple[str, ...]) -> Host:
    programs = folder / "bin"
    programs.mkdir()
    for name in _TOOLS:
        found = shutil.which(name)
        assert found
        (programs / name).symlink_to(found)
    return Host(programs, shell)


@pytest.fixture
def server() -> Iterator[Server]:
    def answer(asked: Asked) -> Reply:
        return Reply(_BODY) if asked.path == f"/{_NAME}" else Reply(b"no", 404)

    with serving(answer) as started:
        yield started


def of(url: str, body: bytes = _BODY) -> Script:
    digest = hashlib.sha256(body).hexdigest()
    return Script(replace(archive().bundle, url=url, sha256=digest), os.uname().machine)


def test_a_file_is_fetched_and_verified(host: Host, server: Server) -> None:
    assert host.fetches(of(f"{server.url}/{_NAME}"), "bring") == (0, {})
    assert host.fetches(of(f"{server.url}/{_NAME}"), "foresee") == (0, {})


def test_other_bytes_are_12(host: Host, server: Server) -> None:
    code, told = host.fetches(of(f"{server.url}/{_NAME}", b"others"), "bring")
    assert (code, told["changed"], told["error"]["code"]) == (12, False, "not-authentic")
    assert hashlib.sha256(_BODY).hexdigest() in told["error"]["hint"]


@pytest.mark.parametrize("call", ["bring", "foresee"])
def test_what_is_not_there_is_17_beforehand_too(host: Host, server: Server, call: str) -> None:
    for url in (f"{server.url}/gone.tgz", "http://127.0.0.1:9/gone.tgz", "file:///gone/a.tgz"):
        code, told = host.fetches(of(url), call)
        assert (code, told["error"]["code"]) == (17, "unreachable")
        assert "--files" in told["error"]["hint"]


def test_without_a_program_that_fetches_a_folder_serves(
    tmp_path: Path, shell: tuple[str, ...]
) -> None:
    host = _host(tmp_path, shell)
    wanted = of(f"https://host/{_NAME}")
    code, told = host.fetches(wanted, "bring")
    assert (code, told["error"]["code"]) == (17, "unreachable")
    (tmp_path / _NAME).write_bytes(_BODY)
    for call in ("foresee", "bring"):
        assert host.fetches(wanted, call, files=str(tmp_path)) == (0, {})
    (tmp_path / _NAME).write_bytes(b"others")
    for call in ("foresee", "bring"):
        assert host.fetches(wanted, call, files=str(tmp_path))[0] == 12
    assert host.fetches(of(f"file://{tmp_path}/{_NAME}", b"others"), "bring")[0:1] == (0,)


def test_words_of_any_kind_make_one_object(tmp_path: Path, shell: tuple[str, ...]) -> None:
    host = _host(tmp_path, shell)
    words = 'a "quoted" \\\\ word\nand a line'
    (tmp_path / "words").write_text(words)
    code, told = host.fetches(of("https://host/a.tgz"), f'refuse "$(cat {tmp_path}/words)" "" 18')
    assert (code, told["error"]["code"]) == (18, "not-for-host")
    assert told["error"]["message"] == words.replace("\n", " ")
    assert told["error"]["hint"] is None
    assert (told["from"], told["to"], told["schema"]) == (None, "28.5.2", 1)


def test_a_tool_s_own_code_is_taken_for_none_of_ours(
    tmp_path: Path, shell: tuple[str, ...]
) -> None:
    host = _host(tmp_path, shell)
    code, told = host.fetches(of("https://host/a.tgz"), "(exit 12)")
    assert (code, told["error"]["code"]) == (1, "error")


def test_a_word_that_is_none_is_2_and_told_as_an_object(
    tmp_path: Path, shell: tuple[str, ...]
) -> None:
    host = _host(tmp_path, shell)
    code, told = host.fetches(of("https://host/a.tgz"), ":", nonsense="")
    assert (code, told["error"]["code"]) == (2, "usage")
