"""Ansible's task where there is nothing to do, beside what else has an engine in that version."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from dockswitch import ansible
from tests.bench.child import Took
from tests.bench.figures import Figure, NotMeasured, Pair, Ratio, pairs
from tests.bench.installed import knows_debian
from tests.integration import (
    ansible_hosts,
    apt_repository,
    archive_index,
    package,
    rootfs,
    single_file,
)
from tests.integration.ansible_hosts import ADDRESS, Fleet, Played
from tests.integration.apt_holdings import AptRepository
from tests.integration.apt_machine import Apt
from tests.integration.archive import ArchiveMissing, PackagesMissing
from tests.integration.holdings import Mirror
from tests.integration.namespace import machine_network
from tests.integration.needs import why_no_packages, why_no_systemd_machine

_MOST = 0.35
_HOSTS = (1, 2, 4, 8)

#: What the tasks and the role that are compared with want on a host.
_WANTED = (
    *("python3-apt", "python-apt-common", "python3-debian", "python3-chardet"),
    *("distro-info-data", "python3-pkg-resources"),
)

_ROLE = "geerlingguy.docker"
_ROLES = ("~/.ansible/roles", "/usr/share/ansible/roles", "/etc/ansible/roles")
#: The same repository under another name: apt takes no two keyrings for one address.
_THEIRS = ADDRESS.replace("127.0.0.1", "localhost")


def by_ansible(held: Mirror, folder: Path, count: int) -> Iterator[Figure]:
    """Over one connection that stays, as is usual; the controller shares the processors."""
    reason = why_no_systemd_machine() or why_no_packages()
    if reason is not None:
        yield NotMeasured("tasks of Ansible", reason)
        return
    place = folder / "ansible"
    place.mkdir()
    try:
        repository, files, index, packages = _built(held, place)
    except (ArchiveMissing, PackagesMissing) as error:
        yield NotMeasured("tasks of Ansible", str(error))
        return
    (place / "channels.yaml").write_text(repository.channels_yaml(ADDRESS))
    with ansible_hosts.up({"one": files}, repository.root, place) as fleet:
        machine = fleet.machines["one"]
        machine.write("/etc/dockswitch/channels.yaml", repository.channels_yaml(ADDRESS))
        package.install(machine, packages)
        knows_debian(machine, index)
        yield from _figures(fleet, repository, count)


def _built(held: Mirror, place: Path) -> tuple[AptRepository, Path, Path, Path]:
    """What the host is made of, kept beside the mirror; and the collection."""
    beside = held.root.parent
    with machine_network():
        ansible.unpack(place / "collections", single_file.built())
        files = rootfs.build(beside / "systemd")
        return (
            apt_repository.build(beside / "apt", held),
            files,
            archive_index.build(beside / "debian-index"),
            package.fetch(beside / "ansible-packages", files, _WANTED),
        )


def _figures(fleet: Fleet, repository: AptRepository, count: int) -> Iterator[Figure]:
    version = repository.starting("stable")[-1].version
    wanted = {"channel": "stable", "version": version, "backend": "apt", "mirror": ADDRESS}
    fleet.play(_playbook([_task("first", "dockswitch.engine.docker_engine", wanted)])).ended(0)
    pins = Apt(fleet.machines["one"]).installed()
    ours = ("dockswitch.engine.docker_engine", wanted)
    others: Mapping[str, tuple[str, object]] = {
        "apt": ("ansible.builtin.apt", {"name": [f"{n}={v}" for n, v in pins.items()]}),
        "ping": ("ansible.builtin.ping", {}),
        "raw": ("ansible.builtin.raw", "true"),
    }
    tasks = [
        _task(f"{name} {number}", *told)
        for number in range(count + 1)
        for name, told in (("ours", ours), *others.items())
    ]
    played = fleet.play(_playbook(tasks)).ended(0)
    took = {name: _took(played, name, count) for name in ("ours", *others)}
    what = "docker_engine, in force already"
    apt = f"{what} : ansible.builtin.apt of the same pins"
    # where the role is to be had that one is the measure
    yield Ratio(apt, _paired(took["ours"], took["apt"]), None if _has_role() else _MOST)
    net = [_less(took[name], took["raw"]) for name in ("ours", "apt")]
    yield Ratio(f"{apt}, each less ansible.builtin.raw of true", _paired(*net), None)
    yield Ratio(f"{what} : ansible.builtin.ping", _paired(took["ours"], took["ping"]), None)
    yield _beside_the_role(fleet, wanted, pins, max(count // 3, 2))
    yield from _growth(fleet, wanted, max(count // 3, 2))


def _took(played: Played, name: str, count: int) -> list[Took]:
    """The first of each does not count."""
    return [Took(played.seconds[f"{name} {each}", "one"]) for each in range(1, count + 1)]


def _less(some: list[Took], least: list[Took]) -> list[Took]:
    return [Took(one.wall - other.wall) for one, other in zip(some, least, strict=True)]


def _paired(ours: list[Took], theirs: list[Took]) -> tuple[Pair, ...]:
    return tuple(Pair(one, other) for one, other in zip(ours, theirs, strict=True))


def _beside_the_role(
    fleet: Fleet, wanted: Mapping[str, str], pins: Mapping[str, str], count: int
) -> Figure:
    what = f"play of the role, in force already : {_ROLE}, in force already"
    if not _has_role():
        return NotMeasured(what, f"Ansible finds no role {_ROLE} here (ANSIBLE_ROLES_PATH)")
    variables = {
        "docker_repo_url": f"{_THEIRS}/linux",
        "docker_packages": [f"{n}={v}" for n, v in pins.items() if "compose" not in n],
        "docker_compose_package": next((f"{n}={v}" for n, v in pins.items() if "compose" in n), ""),
        "docker_install_compose_plugin": any("compose" in name for name in pins),
    }
    theirs = json.dumps([{"hosts": "one", "roles": [{"role": _ROLE, **variables}]}]) + "\n"
    fleet.play(theirs).ended(0)
    run = partial(_played_in, fleet)
    return Ratio(what, pairs(count, lambda: run(_of_role(wanted)), lambda: run(theirs)), _MOST)


def _growth(fleet: Fleet, wanted: Mapping[str, str], count: int) -> Iterator[Figure]:
    """Names of one machine: a host that only looks does not mind another that does."""
    names = [f"h{number}" for number in range(max(_HOSTS))]
    many = replace(fleet, machines=dict.fromkeys(names, fleet.machines["one"]))
    many.knows()
    ping = _playbook([_task("ping", "ansible.builtin.ping", {})], hosts="all")
    grown = {}
    for number in _HOSTS:
        words = ("--limit", ",".join(names[:number]), "--forks", str(max(_HOSTS)))
        run = partial(_played_in, many, words=words, hosts=number)
        got = pairs(count, lambda run=run: run(_of_role(wanted)), lambda run=run: run(ping))  # type: ignore[misc]
        grown[number] = got
        per = f"play of the role in force, per host of {number} : of ansible.builtin.ping"
        yield Ratio(per, got, None)
    further = [
        (_further(one.ours, many_.ours), _further(one.theirs, many_.theirs))
        for one, many_ in zip(grown[1], grown[max(_HOSTS)], strict=True)
    ]
    yield Ratio(
        "each further host's share of it : of ansible.builtin.ping",
        tuple(Pair(*each) for each in further),
        None,
    )


def _further(one: Took, many: Took) -> Took:
    most = max(_HOSTS)
    return Took((many.wall * most - one.wall) / (most - 1))


def _played_in(fleet: Fleet, playbook: str, words: tuple[str, ...] = (), hosts: int = 1) -> Took:
    """The share of one host in the whole play, the program's own start included."""
    began = time.perf_counter()
    fleet.play(playbook, *words).ended(0)
    return Took((time.perf_counter() - began) / hosts)


def _of_role(wanted: Mapping[str, str]) -> str:
    role = {"role": "dockswitch.engine.engine", **{f"engine_{n}": v for n, v in wanted.items()}}
    return json.dumps([{"hosts": "all", "gather_facts": False, "roles": [role]}]) + "\n"


def _playbook(tasks: list[dict[str, object]], hosts: str = "one") -> str:
    """JSON is YAML too."""
    return json.dumps([{"hosts": hosts, "gather_facts": False, "tasks": tasks}]) + "\n"


def _task(name: str, action: str, options: object) -> dict[str, object]:
    return {"name": name, action: options}


def _has_role() -> bool:
    named = os.environ.get("ANSIBLE_ROLES_PATH", "").split(os.pathsep)
    places = [os.path.expanduser(each) for each in (*filter(None, named), *_ROLES)]
    return any(Path(each, _ROLE).is_dir() for each in places)
