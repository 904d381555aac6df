"""An ordinary person tries an engine through sudo: its shell, socket and context are theirs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from tests.integration.holdings import Mirror
from tests.integration.needs import demand, why_no_namespaces
from tests.integration.people import Machine, machine

pytestmark = pytest.mark.engine

_TELLS = """\
id -un; echo "$HOME $FOO"; pwd; umask; env | grep -c DOCKSWITCH_PERSON
docker version --format '{{.Server.Version}}'
exit 1
"""
_SOCKET = "/run/dockswitch/trials/rc/docker.sock"


@pytest.fixture
def there(mirror: Mirror) -> Iterator[Machine]:
    demand(why_no_namespaces())
    demand(None if shutil.which("sudo") else "this machine has no sudo")
    with machine(network=True) as made:
        yield made


def test_a_command_is_the_persons_own_and_so_is_what_is_kept(
    there: Machine, mirror: Mirror
) -> None:
    version = mirror.engines[-1].version
    env = {"DOCKSWITCH_MIRROR": f"file://{mirror.root}", "FOO": "bar baz"}
    said = there("ann", "try", "test", version, "--", "sh", "-c", f"umask 027; {_TELLS}", **env)
    home = "/run/home/ann"
    assert said.out.split("\n") == ["ann", f"{home} bar baz", home, "0027", "0", version, ""]
    assert said.code == 1, said.err
    assert len(said.shown) == 1  # not asked again, and no word of its environment is shown
    assert "bar baz" not in said.err
    for code in (7, 101, 125):
        assert there("ann", "try", version, "--", "sh", "-c", f"exit {code}", **env).code == code

    assert there("ann", "try", version, "--keep", "rc", **env).code == 0
    assert there.root("stat", "-c", "%U", _SOCKET).out == "ann\n"
    folder = next(iter(there.root("sh", "-c", "ls -d /var/lib/dockswitch/versions/*").out.split()))
    for words in (f"-H unix://{_SOCKET} info", "--context dockswitch-rc info"):
        asked = there.root("su", "ann", "-c", f"{folder}/docker {words}")
        assert f"Server Version: {version}" in asked.out, asked.err
    refused = there.root("su", "cat", "-c", f"{folder}/docker -H unix://{_SOCKET} info")
    assert "permission denied" in refused.err + refused.out
    assert there("ben", "list", "--trials").out.startswith(f"rc  {version}")
    assert there("ann", "try", "--in", "rc", "--", "id", "-un", **env).out == "ann\n"
    assert there("ann", "try", "--end", "rc", **env).code == 0
    left = there.root("find", f"{home}/.docker", "/run/dockswitch", "!", "-type", "d").out
    assert left == ""


def test_without_a_password_nothing_is_tried(there: Machine) -> None:
    said = there("ben", "try", "test", "--", "true", DOCKSWITCH_MIRROR="file:///nowhere")
    assert said.code == 125
    assert "sudo did not let it run" in said.err
