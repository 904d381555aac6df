"""What an engine on trial is given of a person's daemon.json, and what it is spared."""

import pytest

from dockswitch.engine.trial_keys import Keys, keys
from dockswitch.model.version import Version

OLD, NEW = Version.parse("20.10.24"), Version.parse("28.5.2")
QUIET = {
    "bridge": "none",
    "iptables": False,
    "ip6tables": False,
    "exec-opts": ["native.cgroupdriver=cgroupfs"],
    "cgroup-parent": "/c",
}


def kept(person: Keys, version: Version = NEW) -> Keys:
    """What is there beside the keys that every trial has."""
    return {k: v for k, v in keys(person, version, "c").items() if QUIET.get(k) != v}


def test_every_trial_is_quiet_and_in_a_cgroup_of_its_own() -> None:
    assert keys({}, NEW, "c") == QUIET
    assert "ip6tables" not in keys({}, Version.parse("19.03.0"), "c")


@pytest.mark.parametrize(
    "person",
    [
        {"runtimes": {"nvidia": {"path": "nvidia-container-runtime"}}, "default-runtime": "nvidia"},
        {"no-such-key": 1},
        {"seccomp-profile": "/etc/docker/seccomp.json"},
        {"storage-driver": "overlay2"},
        {"log-driver": "journald", "log-opts": {"tag": "x"}},
        {"features": {"containerd-snapshotter": True}},
    ],
)
def test_what_it_is_to_meet_stays(person: Keys) -> None:
    assert kept(person) == person


@pytest.mark.parametrize(
    "person",
    [
        {"data-root": "/d", "graph": "/g", "exec-root": "/e", "pidfile": "/p"},
        {"containerd": "/run/containerd/containerd.sock"},
        {"bridge": "br0", "bip": "10.0.0.1/24", "icc": False, "iptables": True},
        {"hosts": ["tcp://0.0.0.0:2375"], "metrics-addr": "127.0.0.1:9323"},
        {"swarm-default-advertise-addr": "eth0", "live-restore": True},
        {"storage-driver": "devicemapper", "storage-opts": ["dm.thinpooldev=/dev/mapper/pool"]},
        {"storage-driver": "zfs"},
        {"log-driver": "loki", "log-opts": {"loki-url": "http://loki"}},
        {"authorization-plugins": ["opa"], "cgroup-parent": "/theirs"},
    ],
)
def test_what_it_would_disturb_is_left_out(person: Keys) -> None:
    assert kept(person) == {}


def test_a_key_of_swarm_before_is_met_by_those_that_refuse_it() -> None:
    person = {"cluster-store": "consul://c"}
    assert kept(person, OLD) == {}
    assert kept(person, NEW) == person


def test_other_options_of_its_runtime_stay() -> None:
    person = {"exec-opts": ["native.cgroupdriver=systemd", "isolation=default"]}
    assert keys(person, NEW, "c")["exec-opts"] == [
        "isolation=default",
        "native.cgroupdriver=cgroupfs",
    ]


def test_in_a_network_of_its_own_it_has_a_bridge_as_the_person_describes_it() -> None:
    described = {"bip": "10.9.0.1/24", "icc": False, "ipv6": True, "mtu": 1400}
    of_the_machine = {"bridge": "br0", "ip": "192.0.2.1", "default-gateway": "192.0.2.2"}
    switched_off = {"iptables": False, "ip6tables": False, "ip-masq": False, "ip-forward": False}
    found = keys({**described, **of_the_machine, **switched_off}, NEW, "c", bridged=True)
    assert {key: found[key] for key in described} == described
    assert not {*of_the_machine, *switched_off} & set(found)
