"""What the script that installs one engine is rendered from, and that any sh can read it."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace

import pytest

from dockswitch.engine import units
from dockswitch.export import script
from dockswitch.export.script import Script
from dockswitch.model.release import Bundle, Fetched
from dockswitch.model.trust import Trust
from dockswitch.model.version import Version

_DIGEST = "0123456789ab" + 52 * "c"
_FOLDER = "/state/guests/28.5.2-0123456789ab"
_URL = "https://download.docker.com/linux/static/stable/x86_64/docker-28.5.2.tgz"
_POOL = "https://download.docker.com/linux/ubuntu/dists/noble/pool/stable/amd64"


def archive(version: str = "28.5.2") -> Script:
    bundle = Bundle(
        Version.parse(version),
        _FOLDER.replace("28.5.2", version),
        (),
        ("stable",),
        _URL.replace("28.5.2", version),
        _DIGEST,
        70_000_000,
        Trust.RECORDED,
        keeper="lima",
    )
    return Script(bundle, "x86_64")


def packages() -> Script:
    parts = tuple(
        Fetched(
            f"{_POOL}/{name}_28.5.2-1_amd64.deb", _DIGEST, 1, Trust.SIGNED, f"{name}=5:28.5.2-1"
        )
        for name in ("docker-ce", "docker-ce-cli")
    )
    bundle = replace(archive().bundle, url=parts[0].url, parts=parts, trust=Trust.SIGNED)
    return Script(bundle, "x86_64", "noble")


BOTH = [pytest.param(archive(), id="archive"), pytest.param(packages(), id="packages")]


def test_an_archive_lies_where_use_would_have_put_it() -> None:
    text = script.render(archive())
    folder = "/var/lib/dockswitch/versions/28.5.2-0123456789ab"
    assert f"ExecStart={folder}/dockerd --config-file" in text
    assert f"{_DIGEST} docker-28.5.2.tgz {_URL}" in text
    assert units.MARK in text
    assert '"keeper": null' in text


def test_packages_are_named_with_their_versions_and_their_suite() -> None:
    text = script.render(packages())
    assert "docker-ce 5:28.5.2-1\ndocker-ce-cli 5:28.5.2-1" in text
    assert "\nCODENAME=noble\n" in text
    assert "\nARCH=amd64\n" in text


def test_an_engine_that_knows_only_the_first_cgroups_says_so_beforehand() -> None:
    assert "CGROUP_V1_ONLY=yes" in script.render(archive("18.09.9"))
    assert "CGROUP_V1_ONLY=''" in script.render(archive())


def test_text_of_a_stranger_s_stays_text() -> None:
    hostile = replace(archive().bundle, url="https://host/$(reboot)'`reboot`/docker-28.5.2.tgz")
    text = script.render(Script(hostile, "x86_64")) + "\n"
    shown = text.replace('main "$@"', 'printf %s "$FILES"')
    ran = subprocess.run(["sh"], input=shown, capture_output=True, text=True, check=True)
    assert ran.stdout.endswith("/$(reboot)'`reboot`/docker-28.5.2.tgz")


@pytest.mark.parametrize("what", BOTH)
def test_half_a_script_does_nothing(what: Script) -> None:
    text = script.render(what)
    lines = text.splitlines(keepends=True)
    for end in range(0, len(lines) - 1, 7):
        ran = subprocess.run(
            ["sh", "-s", "--", "--nonsense"],
            input="".join(lines[:end]),
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.stdout == ""
        assert "--nonsense" not in ran.stderr


@pytest.mark.parametrize("what", BOTH)
@pytest.mark.parametrize("shell", [["dash"], ["busybox", "sh"], ["bash", "--posix"]])
def test_every_sh_can_read_it(what: Script, shell: list[str]) -> None:
    if shutil.which(shell[0]) is None:
        pytest.skip(f"this machine has no {shell[0]}")
    for text in (script.render(what), script.proof()):
        subprocess.run([*shell, "-n"], input=text, text=True, check=True)


@pytest.mark.parametrize("what", BOTH)
def test_shellcheck_finds_nothing(what: Script) -> None:
    if shutil.which("shellcheck") is None:
        pytest.skip("this machine has no shellcheck")
    checked = subprocess.run(
        ["shellcheck", "-"],
        input=script.render(what),
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.stdout == ""
    assert checked.returncode == 0
