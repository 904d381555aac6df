"""What it means that one engine out of packages is wholly in use on a machine that systemd runs."""

from __future__ import annotations

import time
from dataclasses import dataclass

from tests.integration.systemd_machine import Machine

#: A container that starts again with whatever engine there is.
_KEEP = """\
set -e
libraries=$(ldd /bin/sleep | grep -o '/[^ ]*')
cd / && tar --create --dereference --file - bin/sleep $libraries 2>/dev/null | docker import - app
docker run --detach --restart=always --network=none --name=kept --stop-signal=KILL \
    app /bin/sleep 100000
"""

#: Everything that is asked of the machine itself, in one go; a section for each of `Seen`.
_LOOKS = """\
echo '== version'; docker version --format '{{.Client.Version}} {{.Server.Version}}'
echo '== packages'
dpkg-query --show --showformat '${db:Status-Abbrev} ${Package}=${Version}\\n' |
    grep -E ' (docker|containerd)' | grep -v '^[up]n'
echo '== automatic'; apt-mark showauto | grep -E '^(docker|containerd)'
echo '== dockerds'; for pid in $(pgrep -x dockerd); do readlink /proc/$pid/exe; done
echo '== units'
systemctl is-active docker.service docker.socket
systemctl is-enabled docker.service docker.socket
systemctl show -P NeedDaemonReload docker.service docker.socket | grep .
echo '== amiss'
systemctl list-units --failed --plain --no-legend
ls /usr/sbin/policy-rc.d /var/lib/dockswitch/health 2>/dev/null
dpkg --audit
find /var/lib/dpkg/updates -type f
apt-get check --quiet=2 2>&1
find /etc /usr/local/bin /usr/sbin /var/lib/dockswitch /var/cache/dockswitch -name '*.tmp-*'
docker ps --all --quiet --filter label=io.dockswitch.health
docker images --quiet --filter label=io.dockswitch.health
echo '== runs'; docker run --rm --network none app /bin/sleep 0 && echo runs
"""
_UNITS = ["active", "active", "enabled", "enabled", "no", "no"]

#: seconds that an engine may take to have all its containers up
_PATIENCE = 20.0


@dataclass(frozen=True)
class Seen:
    """A machine's packages of an engine as they are, with what apt knows of them."""

    packages: frozenset[str]
    held: frozenset[str]
    automatic: frozenset[str]

    def version(self, name: str) -> str | None:
        """Of one package that is there."""
        found = (each.partition("=") for each in self.packages)
        return next((version for known, _, version in found if known == name), None)


def run_what_is_kept(machine: Machine) -> None:
    """Have a container run that is to run with each engine from then on."""
    machine.shell(["sh", "-c", _KEEP])


def seen(machine: Machine) -> Seen:
    """Its packages, every one of which must be wholly installed."""
    return _seen(_sections(machine))


def is_whole(machine: Machine, answers: str) -> Seen:
    """Fail unless that engine is in use, with its packages, its container, and nothing else."""
    _is_up_again(machine)
    found = _sections(machine)
    there = _seen(found)
    asked = {name: found[name] for name in ("version", "dockerds", "units", "amiss", "runs")}
    assert asked == {
        "version": [f"{answers} {answers}"],
        "dockerds": ["/usr/bin/dockerd"],
        "units": _UNITS,
        "amiss": [],
        "runs": ["runs"],
    }, found
    status = machine.run("status", "--exit-code").ended(0).plain
    assert (status["installed"], status["running"], status["drift"]) == (answers, answers, [])
    held = status["held"]["packages"] if status["held"] else []
    assert there.held == frozenset(held)
    # What was left open would be undone by that.
    assert machine.run("recover").ended(0).plain["changed"] is False
    return there


def _is_up_again(machine: Machine) -> None:
    asked = ["docker", "inspect", "--format", "{{.State.Running}}", "kept"]
    deadline = time.monotonic() + _PATIENCE
    while (ran := machine.attempt(asked)).stdout != "true\n":
        assert time.monotonic() < deadline, f"the container is not back: {ran.stdout}{ran.stderr}"
        time.sleep(0.2)


def _sections(machine: Machine) -> dict[str, list[str]]:
    ran = machine.attempt(["sh", "-c", _LOOKS])
    parts = [part.splitlines() for part in ran.stdout.split("== ")[1:]]
    return {name: lines for name, *lines in parts}


def _seen(found: dict[str, list[str]]) -> Seen:
    lines = [line.split() for line in found["packages"]]
    assert {letters for letters, _ in lines} <= {"ii", "hi"}, found["packages"]
    return Seen(
        packages=frozenset(word for _, word in lines),
        held=frozenset(word for letters, word in lines if letters == "hi"),
        automatic=frozenset(found["automatic"]),
    )
