"""What an engine on trial is configured with: the person's daemon.json but what it would disturb.

A key that the engine does not know stays in, and so do runtimes: the trial is to meet them.
"""

from collections.abc import Mapping

from dockswitch.engine.flags import quiet
from dockswitch.model import daemon_keys
from dockswitch.model.version import Version

Keys = Mapping[str, object]

_PLACES = {"data-root", "graph", "exec-root", "pidfile", "containerd", "deprecated-key-path"}
# They tell of what the machine's network has and one of its own has not.
_NETWORK = {
    *("bridge", "default-gateway", "default-gateway-v6", "ip"),
    *("ip-masq", "ip-forward", "iptables", "ip6tables"),
}
# With no bridge, those that describe one contradict it.
_BRIDGE = {"bip", "bip6", "fixed-cidr", "fixed-cidr-v6", "ipv6", "icc"}
_LISTENERS = {"hosts", "metrics-addr"}
_SWARM = {"swarm-default-advertise-addr"}
# Plug-ins live in the real data-root, thin pools and pools of ZFS belong to the real engine.
_ELSEWHERE = {"live-restore", "authorization-plugins", "storage-opts", "cgroup-parent"}
_LEFT_OUT = _PLACES | _NETWORK | _LISTENERS | _SWARM | _ELSEWHERE

# An engine that takes them reaches out for a cluster; one that refuses them is to meet them.
_CLUSTER = {"cluster-store", "cluster-advertise", "cluster-store-opts"}

# Which of them works depends on the data-root's file system or device.
_DRIVERS_OF_A_PLACE = {"btrfs", "zfs", "devicemapper", "windowsfilter"}
_LOG_DRIVERS_BUILT_IN = {
    *("json-file", "local", "none", "syslog", "journald", "gelf", "fluentd"),
    *("awslogs", "splunk", "gcplogs", "logentries", "etwlogs"),
}


def keys(
    person: Keys, version: Version, cgroup: str, *, bridged: bool = False
) -> dict[str, object]:
    """The keys for a trial of that version, whose containers are below the named cgroup.

    `bridged` says that it makes a bridge, in a network of its own; it makes none otherwise.
    cgroupfs, since systemd would take process numbers of the trial's own namespace for the
    machine's. Without a name they are where the real engine's are: for one in no such namespace.
    """
    left_out = _LEFT_OUT | {key for key in _CLUSTER if daemon_keys.knows(key, version)}
    left_out |= set() if bridged else _BRIDGE
    if person.get("storage-driver") in _DRIVERS_OF_A_PLACE:
        left_out.add("storage-driver")
    if person.get("log-driver", "json-file") not in _LOG_DRIVERS_BUILT_IN:
        left_out |= {"log-driver", "log-opts"}
    kept = {key: value for key, value in person.items() if key not in left_out}
    alone = {**kept, **({} if bridged else quiet(version))}
    if not cgroup:
        return alone
    return {**alone, "exec-opts": _exec_opts(person), "cgroup-parent": f"/{cgroup}"}


def _exec_opts(person: Keys) -> list[object]:
    said = person.get("exec-opts")
    others = said if isinstance(said, list) else []
    kept = [each for each in others if not str(each).startswith("native.cgroupdriver=")]
    return [*kept, "native.cgroupdriver=cgroupfs"]
