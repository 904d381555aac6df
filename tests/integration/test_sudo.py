"""An ordinary user changes the machine through a real sudo, and only where it must be so."""

from __future__ import annotations

import base64
import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli import mirror as mirrors
from tests.integration.holdings import Mirror
from tests.integration.needs import demand, why_no_namespaces
from tests.integration.people import PASSWORD, Machine, machine
from tests.integration.terminal import talk
from tests.system.server import Asked, Reply, serving

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def small() -> Iterator[Path]:
    """A mirror whose engines are shell scripts, since nothing is started; everybody may read it."""
    with tempfile.TemporaryDirectory(prefix="dk-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield mirrors.build(folder)


@pytest.fixture(scope="module")
def settled() -> Iterator[Machine]:
    demand(why_no_namespaces())
    demand(None if shutil.which("sudo") else "this machine has no sudo")
    with machine(network=False) as made:
        yield made


@pytest.fixture
def there(settled: Machine) -> Machine:
    """The machine, with nothing of dockswitch's on it."""
    gone = "rm -rf /var/lib/dockswitch /var/cache/dockswitch /usr/local/bin/* /run/home/*/.config"
    assert settled.root("sh", "-c", gone).code == 0
    return settled


def test_a_change_goes_through_sudo_by_itself_and_is_shown(there: Machine, small: Path) -> None:
    said = there("ann", "use", "98.0.1", "--no-start", DOCKSWITCH_MIRROR=f"file://{small}")
    assert said.code == 0, said.err
    (line,) = said.shown
    assert line.startswith("$ sudo -n --preserve-env=DOCKSWITCH_MIRROR,DOCKSWITCH_THROUGH_SUDO /")
    assert line.endswith(" use 98.0.1 --no-start")
    assert there("ann", "current").out == "98.0.1\n"
    owner = there.root("stat", "-c", "%U %a", "/var/lib/dockswitch", "/usr/local/bin/docker")
    assert owner.out == "root 755\nroot 777\n"


@pytest.mark.parametrize(
    "line",
    [
        "use 98.0.1 --dry-run",
        "use 98.0.1 --check",
        "pin 98.0.1",
        "prune --dry-run",
        "status",
        "--root ROOT use 98.0.1 --no-start",
        "--user use 98.0.1 --no-start",
        "use stabel",
    ],
)
def test_what_changes_nothing_of_the_system_needs_no_sudo(
    line: str, there: Machine, small: Path
) -> None:
    words = line.replace("ROOT", "/run/home/cat/root").split()
    said = there("cat", *words, DOCKSWITCH_MIRROR=f"file://{small}")
    assert said.shown == []
    assert said.code in (0, 2, 10)


def test_exit_codes_pass_through(there: Machine, small: Path) -> None:
    env = {"DOCKSWITCH_MIRROR": f"file://{small}"}
    for line, code in {"use 77": 11, "uninstall 98.0.1": 1, "prune": 0}.items():
        said = there("ann", *line.split(), **env)
        assert (line, said.code) == (line, code), said.err
        assert len(said.shown) == 1
        assert "sudo did not let" not in said.err


def test_settings_of_the_person_and_their_netrc_count_behind_sudo(
    there: Machine, small: Path
) -> None:
    asked: list[str] = []

    def answer(request: Asked) -> Reply:
        asked.append(request.headers.get("Authorization", ""))
        return mirrors.answers(small)(request)

    with serving(answer) as server:
        lines = [
            "mkdir -p /run/home/ann/.config/dockswitch",
            f"echo 'mirror: {server.url}' > /run/home/ann/.config/dockswitch/settings.yaml",
            "echo 'machine 127.0.0.1 login ann password secret' > /run/home/ann/.netrc",
            "chmod 600 /run/home/ann/.netrc",
            "chown -R ann /run/home/ann",
        ]
        assert there.root("sh", "-ec", "\n".join(lines)).code == 0
        said = there("ann", "install", "98.0.1")
        there.root("rm", "/run/home/ann/.netrc")
    assert said.code == 0, said.err
    assert set(asked) == {"Basic " + base64.b64encode(b"ann:secret").decode()}


def test_a_secret_stands_on_no_command_line(there: Machine, small: Path) -> None:
    asked: list[str] = []

    def answer(request: Asked) -> Reply:
        asked.append(request.headers.get("Authorization", ""))
        return mirrors.answers(small)(request)

    with serving(answer) as server:
        address = server.url.replace("://", "://ann:hush@")
        said = there("ann", "install", "98.0.1", "--mirror", address)
        other = there("ann", f"--mirror={address}", "install", "98.0.2")
    assert (said.code, other.code) == (0, 0), said.err + other.err
    assert set(asked) == {"Basic " + base64.b64encode(b"ann:hush").decode()}
    for each in (said, other):
        assert "hush" not in each.out + each.err
        assert "DOCKSWITCH_MIRROR" in each.shown[0]


def test_the_environment_is_passed_by_name_and_only_what_is_needed(
    there: Machine, small: Path
) -> None:
    env = {
        "DOCKSWITCH_MIRROR": f"file://{small}",
        "HTTPS_PROXY": "http://ann:hush@proxy.example:3128",
        "no_proxy": "127.0.0.1",
        "NO_COLOR": "1",
        "SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt",
        "LD_PRELOAD": "",
        "SECRET_TOKEN": "hush",
    }
    said = there("ann", "install", "98.0.1", **env)
    assert said.code == 0, said.err
    names = re.findall(r"--preserve-env=(\S+)", said.shown[0])[0].split(",")
    kept = {*env, "DOCKSWITCH_THROUGH_SUDO"} - {"LD_PRELOAD", "SECRET_TOKEN"}
    assert set(names) == kept
    assert "hush" not in said.err


@pytest.mark.parametrize("name", ["ben", "cat", "dan"])
def test_where_sudo_refuses_the_way_out_is_named(name: str, there: Machine, small: Path) -> None:
    said = there(name, "use", "98.0.1", "--no-start", DOCKSWITCH_MIRROR=f"file://{small}")
    assert said.code == 1
    assert "error: sudo did not let it run, and nothing was changed" in said.err
    assert "without a terminal it cannot ask for a password" in said.err
    assert "SETENV" in said.err
    assert re.search(r"`sudo /\S+.* use 98.0.1 --no-start` by hand", said.err)
    assert there.root("ls", "/var/lib/dockswitch").code != 0
    told = there(name, "use", "98.0.1", "--json", DOCKSWITCH_MIRROR=f"file://{small}")
    assert (told.code, json.loads(told.out)["error"]["code"]) == (1, "error")


def test_where_there_is_no_sudo_that_is_said(there: Machine, small: Path) -> None:
    there.root("mkdir", "-p", "/run/none")
    env = {"DOCKSWITCH_MIRROR": f"file://{small}", "PATH": "/run/none"}
    said = there("ann", "use", "98.0.1", **env)
    assert said.code == 1
    assert "there is no sudo that it could go through" in said.err
    assert "--root" in said.err


def test_a_client_is_fetched_through_sudo_and_run_by_the_person(
    there: Machine, small: Path
) -> None:
    line = ["run", "98.0.1", "--", "sh", "-c", "id -un; docker ps"]
    first = there("ann", *line, DOCKSWITCH_MIRROR=f"file://{small}")
    assert (first.code, first.out) == (0, "ann\ndocker 98.0.1 ps\n"), first.err
    assert first.shown[0].endswith(" install 98.0.1")
    again = there("ann", *line, DOCKSWITCH_MIRROR=f"file://{small}")
    assert (again.code, again.out, again.shown) == (0, first.out, [])


def test_what_lies_in_the_working_folder_is_not_run_by_root(there: Machine, small: Path) -> None:
    evil = "for name in typing dockswitch typer; do echo 'raise SystemExit(99)' > $name.py; done"
    there.root("sh", "-ec", f"cd /run/home/ann; {evil}")
    said = there("ann", "prune", DOCKSWITCH_MIRROR=f"file://{small}")
    there.root("sh", "-c", "rm /run/home/ann/*.py")
    assert said.code == 0, said.err


def test_on_a_terminal_sudo_asks_for_the_password(there: Machine, small: Path) -> None:
    argv = there.argv("ben", "use", "98.0.1", "--no-start", DOCKSWITCH_MIRROR=f"file://{small}")
    code, shown = talk(argv, [("password for ben:", f"{PASSWORD}\n")])
    assert code == 0, shown
    assert "$ sudo --preserve-env=" in shown
    assert "98.0.1 is in use" in shown


def test_a_pin_file_is_asked_about_once(there: Machine, small: Path) -> None:
    there.root("sh", "-c", "echo 98.0.1 > /run/home/ann/.docker-version")
    argv = there.argv("ann", "use", "--no-start", DOCKSWITCH_MIRROR=f"file://{small}")
    code, shown = talk(argv, [("switch this machine to it?", "y\n")])
    there.root("rm", "/run/home/ann/.docker-version")
    assert code == 0, shown
    assert shown.count("switch this machine to it?") == 1
    assert "use --no-start --from-file" in shown


def test_an_interrupt_reaches_the_command_behind_sudo(there: Machine, small: Path) -> None:
    def slow(request: Asked) -> Reply:
        reply = mirrors.answers(small)(request)
        return replace(reply, wait=60.0) if request.path.endswith(".tgz") else reply

    with serving(slow) as server:
        argv = there.argv(
            "ann", "install", "98.0.1", "-v", DOCKSWITCH_MIRROR=server.url, NO_COLOR="1"
        )
        code, shown = talk(argv, [("fetching docker-98.0.1.tgz", "\x03")])
    assert code == 130, shown
    assert shown.count("error: interrupted") == 1
    assert "Traceback" not in shown


def test_who_started_an_engine_is_offered_the_group_that_may_use_it(
    isolation: None, mirror: Mirror
) -> None:
    old, new = mirror.engines[0], mirror.engines[-1]
    env = {"DOCKSWITCH_MIRROR": f"file://{mirror.root}"}
    with machine(network=True) as there:
        noted = there("ann", "use", str(old.version), **env)
        assert noted.code == 0, noted.err
        assert "`sudo usermod --append --groups docker ann`, then `newgrp docker`" in noted.err
        argv = there.argv("ann", "use", str(new.version), "--yes", **env)
        code, shown = talk(argv, [("as mighty as root's password [y/N]:", "y\n")])
        assert code == 0, shown
        assert "`newgrp docker` makes it count here" in shown
        assert "docker" in there.root("id", "-nG", "ann").out.split()
        again = there("ann", "use", "previous", **env)
        assert again.code == 0, again.err
        assert "group" not in again.err
