"""Plans rendered for hosts without dockswitch: found, vouched for and refused as `use` would."""

import base64
import gzip
import json
import os
import re
import shutil
from pathlib import Path

import pytest
import yaml

from tests.cli import mirror as mirrors
from tests.cli import suites
from tests.cli.program import Program, Said
from tests.system.server import Server

needs_gpg = pytest.mark.skipif(
    not (shutil.which("gpg") and shutil.which("gpgv")), reason="gpg and gpgv are not installed"
)
ARCH = mirrors.place(Path("/"), "stable").name  # this machine's
HOST = ("--for", f"linux/{ARCH}")
JAMMY = ("--for", "ubuntu:jammy/amd64")


def ok(said: Said) -> Said:
    assert said.code == 0, said.err
    return said


def fact(script: str, name: str) -> str:
    """What the script has under that name."""
    found = re.search(rf"^{name}=('?)(.*?)\1$", script, re.MULTILINE | re.DOTALL)
    assert found, f"it has no {name}"
    return found[2]


@pytest.fixture
def signed(program: Program, tmp_path: Path) -> Program:
    """The program with a signed suite of packages as well."""
    own = mirrors.build(tmp_path / "own")
    channels = suites.lay(own, ["ubuntu/jammy"])
    return program.given(DOCKSWITCH_MIRROR=f"file://{own}", DOCKSWITCH_CHANNELS=str(channels))


def test_what_has_no_published_digest_is_read_once_for_it(program: Program, server: Server) -> None:
    at = {"DOCKSWITCH_MIRROR": server.url}
    said = ok(program("export", "sh", "98.0.1", *HOST, "--json", **at)).json
    (artifact,) = said["artifacts"]
    assert (said["version"], said["backend"], said["trust"]) == ("98.0.1", "static", "tls")
    assert fact(said["text"], "FILES").split() == [
        artifact["sha256"],
        "docker-98.0.1.tgz",
        artifact["url"],
    ]
    path = f"/linux/static/stable/{ARCH}/docker-98.0.1.tgz"
    assert [each.path for each in server.asked if each.path.endswith(".tgz")] == [path]
    used = ok(program("use", "98.0.1", "--no-start", "--json", **at)).json
    assert used["artifacts"][0]["sha256"] == artifact["sha256"]
    assert (
        os.path.basename(os.readlink(program.root / "var/lib/dockswitch/current")) in said["text"]
    )


@needs_gpg
def test_packages_come_first_where_the_distribution_has_them(signed: Program) -> None:
    said = ok(signed("export", "sh", "test", "23.0.0", *JAMMY, "--json")).json
    assert (said["backend"], said["trust"], said["hold"]) == ("apt", "signed", True)
    names = [each["package"].partition("=")[0] for each in said["artifacts"]]
    assert names[:2] == ["docker-ce", "docker-ce-cli"]
    assert fact(said["text"], "CODENAME") == "jammy"
    assert "Suites: jammy" in said["source"]["/etc/apt/sources.list.d/dockswitch.sources"]
    assert "BEGIN PGP PUBLIC KEY" in said["source"]["/etc/apt/keyrings/dockswitch.asc"]
    followed = ok(signed("export", "sh", "test", *JAMMY, "--json")).json
    assert (followed["version"], followed["hold"]) == ("23.0.0", False)
    kept = ok(signed("export", "sh", "test", *JAMMY, "--hold", "--json")).json
    assert kept["hold"] is True
    # what no suite has is taken from its archive
    other = ok(signed("export", "sh", "98.0.1", "--for", f"ubuntu:jammy/{ARCH}", "--json")).json
    assert other["backend"] == "static"


@needs_gpg
def test_preferences_pin_exactly_the_packages(signed: Program) -> None:
    text = ok(signed("export", "preferences", "test", "23.0.0", *JAMMY)).out
    pins = re.findall(r"^Package: (\S+)\nPin: version (\S+)\nPin-Priority: 999$", text, re.M)
    assert ("docker-ce", "5:23.0.0-1~ubuntu.22.04~jammy") in pins
    assert ("containerd.io", "1.6.4-1") in pins
    lines = [line for line in text.splitlines() if line]
    assert all(re.match("(Explanation|Package|Pin|Pin-Priority): ", line) for line in lines)


@needs_gpg
@pytest.mark.parametrize("words", [("98.0.1", *HOST), ("test", "23.0.0", *JAMMY)])
def test_user_data_for_cloud_init_carries_the_script_and_fits_the_least_limit(
    signed: Program, words: tuple[str, ...]
) -> None:
    text = ok(signed("export", "cloud-init", *words)).out
    assert text.startswith("#cloud-config\n")
    assert len(text) < 16 * 1024  # of EC2
    config = yaml.safe_load(text)
    (file,) = config["write_files"]
    assert config["runcmd"] == [["sh", file["path"]]]
    script = gzip.decompress(base64.b64decode(file["content"])).decode()
    assert script.startswith("#!/bin/sh\n")
    assert script.endswith('main "$@"\n')
    assert ok(signed("export", "cloud-init", *words)).out == text


def test_a_lock_is_asked_alone(program: Program, server: Server) -> None:
    at = {"DOCKSWITCH_MIRROR": server.url}
    ok(program("lock", "98.0.1", *HOST, **at))
    asked = len(server.asked)
    said = ok(program("export", "sh", "--locked", *HOST, "--json", **at)).json
    assert (said["version"], said["trust"]) == ("98.0.1", "locked")
    assert len(server.asked) == asked
    other = program("export", "sh", "--locked", "--for", "linux/s390x", "--json", **at)
    assert (other.code, other.error["code"]) == (11, "not-published")


@needs_gpg
def test_locked_packages_are_for_no_source_of_apt(signed: Program) -> None:
    ok(signed("lock", "test", "23.0.0", *JAMMY, "--backend", "apt"))
    said = ok(signed("export", "sh", "--locked", *JAMMY, "--json")).json
    assert (said["backend"], said["trust"], said["hold"]) == ("apt", "locked", True)
    assert said["source"] == {}
    assert fact(said["text"], "SOURCE") == ""


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("sh 98.0.9 --for linux/x86_64", 11),
        ("sh stable --for ubuntu:jammy/amd64 --backend apt --suite nowhere", 11),
        ("cloud-init stable --for windows/x86_64", 18),
        ("sh 98.0.1 --for linux/x86_64 --verify recorded", 12),
        ("sh 98.0.1 --for linux/x86_64 --backend machine", 2),
        ("sh previous --for linux/x86_64", 2),
        ("sh", 2),
        ("preferences stable --for linux/x86_64", 18),
        ("sh 98.0.1 --for linux/x86_64 -o /nowhere/engine.sh", 2),
        ("sh 98.0.1 --for linux/x86_64 -o /", 2),
        ("sh 98.0.1 --for linux/x86_64 --suite jammy", 2),
        ("sh --locked --for linux/x86_64", 2),
    ],
)
def test_what_use_would_refuse_there_is_refused(program: Program, line: str, code: int) -> None:
    said = program("export", *line.split(), "--json")
    assert said.code == code, said.out
    assert said.error["hint"]
    assert said.json["command"] == f"export {line.split()[0]}"


def test_a_source_that_is_down_is_17(bare: Program) -> None:
    said = bare("export", "sh", "stable", *HOST, "--json", DOCKSWITCH_MIRROR="http://127.0.0.1:9")
    assert (said.code, said.error["code"]) == (17, "unreachable")


def test_other_bytes_than_before_are_refused_unless_they_are_accepted(
    program: Program, tmp_path: Path
) -> None:
    own = mirrors.build(tmp_path / "own")
    at = {"DOCKSWITCH_MIRROR": f"file://{own}"}
    ok(program("use", "98.0.1", "--no-start", **at))
    archive = mirrors.place(own, "stable") / "docker-98.0.1.tgz"
    shutil.rmtree(archive.parent / ".98.0.1")
    mirrors.archive(archive, "98.0.1", more="# replaced\n")
    refused = program("export", "sh", "98.0.1", *HOST, "--json", **at)
    assert refused.code == 12
    digest = refused.error["hint"].partition("--accept-digest ")[2].partition("`")[0]
    accepted = ok(
        program("export", "sh", "98.0.1", *HOST, "--accept-digest", digest, "--json", **at)
    ).json
    assert (accepted["artifacts"][0]["sha256"], accepted["trust"]) == (digest, "locked")


def test_a_file_that_says_the_same_is_left_alone(program: Program) -> None:
    first = ok(program("export", "sh", "98.0.1", *HOST, "-o", "engine.sh", "--json")).json
    file = program.home / "engine.sh"
    assert (first["changed"], first["text"], first["file"]) == (True, None, str(file))
    assert file.stat().st_mode & 0o777 == 0o755
    written = file.stat().st_mtime_ns
    again = ok(program("export", "sh", "98.0.1", *HOST, "-o", "engine.sh"))
    assert again.out.endswith(", as it was\n")
    assert file.stat().st_mtime_ns == written


def test_no_secret_of_an_address_gets_into_it(program: Program, server: Server) -> None:
    secret = server.url.replace("://", "://me:pa55@")
    said = ok(program("export", "sh", "98.0.1", *HOST, "--json", DOCKSWITCH_MIRROR=secret))
    assert "Authorization" in server.asked[0].headers
    assert "pa55" not in said.out + said.err
    assert json.loads(said.out)["artifacts"][0]["url"].startswith(server.url)


def test_nothing_of_the_machine_s_state_is_touched(program: Program) -> None:
    ok(program("export", "sh", "98.0.1", *HOST))
    assert not (program.root / "var/lib/dockswitch").exists()
