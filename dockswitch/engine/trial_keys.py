"""What an engine on trial is configured with: the person's daemon.json but what it would disturb.

A key that the engine does not know stays in, and so do runtimes: the trial is to meet them.
"""

from collections.abc import Mapping

from dockswitch.model.version import Version

Keys = Mapping[str, object]

_PLACES = {"data-root", "graph", "exec-root", "pidfile", "containerd", "deprecated-key-path"}
# With no bridge, those that describe one contradict it.
_NETWORK = {
    *("bridge", "bip", "bip6", "fixed-cidr", "fixed-cidr-v6", "default-gateway"),
    *("default-gateway-v6", "ipv6", "icc", "ip", "ip-masq", "ip-forward", "iptables", "ip6tables"),
}
_LISTENERS = {"hosts", "metrics-addr"}
_SWARM = {"swarm-default-advertise-addr"}
# Plug-ins live in the real data-root, thin pools and pools of ZFS belong to the real engine.
_ELSEWHERE = {"live-restore", "authorization-plugins", "storage-opts", "cgroup-parent"}
_LEFT_OUT = _PLACES | _NETWORK | _LISTENERS | _SWARM | _ELSEWHERE

# Known until 23.0, which refuses them (its release notes); before, they reach out for a cluster.
_CLUSTER = {"cluster-store", "cluster-advertise", "cluster-store-opts"}
_CLUSTER_REFUSED_SINCE = Version.parse("23.0.0")
_IP6TABLES_SINCE = Version.parse("20.10.0")

# Which of them works depends on the data-root's file system or device.
_DRIVERS_OF_A_PLACE = {"btrfs", "zfs", "devicemapper", "windowsfilter"}
_LOG_DRIVERS_BUILT_IN = {
    *("json-file", "local", "none", "syslog", "journald", "gelf", "fluentd"),
    *("awslogs", "splunk", "gcplogs", "logentries", "etwlogs"),
}


def keys(person: Keys, version: Version, cgroup: str) -> dict[str, object]:
    """The keys for a trial of that version, whose containers are below the named cgroup.

    cgroupfs, since systemd would take process numbers of the trial's own namespace for the
    machine's. Without a name they are where the real engine's are: for one in no such namespace.
    """
    left_out = set(_LEFT_OUT)
    if version < _CLUSTER_REFUSED_SINCE:
        left_out |= _CLUSTER
    if person.get("storage-driver") in _DRIVERS_OF_A_PLACE:
        left_out.add("storage-driver")
    if person.get("log-driver", "json-file") not in _LOG_DRIVERS_BUILT_IN:
        left_out |= {"log-driver", "log-opts"}
    kept = {key: value for key, value in person.items() if key not in left_out}
    quiet: dict[str, object] = {"bridge": "none", "iptables": False}
    if version >= _IP6TABLES_SINCE:
        quiet["ip6tables"] = False
    if not cgroup:
        return {**kept, **quiet}
    return {**kept, **quiet, "exec-opts": _exec_opts(person), "cgroup-parent": f"/{cgroup}"}


def _exec_opts(person: Keys) -> list[object]:
    said = person.get("exec-opts")
    others = said if isinstance(said, list) else []
    kept = [each for each in others if not str(each).startswith("native.cgroupdriver=")]
    return [*kept, "native.cgroupdriver=cgroupfs"]
