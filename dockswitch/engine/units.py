"""The units that dockswitch writes for systemd, as an engine of that version wants them."""

import os
from collections.abc import Sequence

from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.engine.flags import search_path
from dockswitch.model.layout import version_in
from dockswitch.model.version import Version

SERVICE, SOCKET, CONTAINERD = "docker.service", "docker.socket", "containerd.service"
REVERT_TIMER, REVERT = "dockswitch-revert.timer", "dockswitch-revert.service"

# What systemd writes to the journal before each start.
DESCRIPTION = "Docker Application Container Engine"

# What units begin with that are ours to change and to remove.
MARK = "# Written by dockswitch, which changes and removes it; settings of your own belong in"

_NOTES = f"""{MARK}
# a drop-in (`systemctl edit {{name}}`), which is kept.
"""

_STOP_LIMIT = 90  # seconds, systemd's own; longer where daemon.json grants containers more
_GRACE_ON_TOP = 15  # seconds that dockerd itself takes after its containers

# The limit of open files as Docker's own units had it (moby#24555, docker-ce-packaging#179) until
# 25, which leaves it to systemd (moby#45534).
_NO_LIMIT_SINCE, _INFINITE_SINCE = Version.parse("25.0.0"), Version.parse("18.09.0")


def service(argv: Sequence[str], config: DaemonConfig, *, containerd: bool, activated: bool) -> str:
    """docker.service for a dockerd with that command line of real paths.

    `containerd` says that the machine has a containerd.service, `activated` that docker.socket
    listens for it.
    """
    folder = os.path.dirname(argv[0])
    after = ["network-online.target", "firewalld.service", "time-set.target", "nss-lookup.target"]
    after += [SOCKET] if activated else []
    after += [CONTAINERD] if containerd else []
    wants = ["network-online.target", *([CONTAINERD] if containerd else [])]
    nofile = _open_files(Version.parse(version_in(folder)))
    return "\n".join(
        [
            _NOTES.format(name=SERVICE) + "[Unit]",
            f"Description={DESCRIPTION}",
            "Documentation=https://docs.docker.com",
            f"After={' '.join(after)}",
            f"Wants={' '.join(wants)}",
            *([f"Requires={SOCKET}"] if activated else []),
            "",
            "[Service]",
            "Type=notify",
            # containerd, its shims and runc are found there
            f"Environment={quoted(f'PATH={folder}:{search_path({})}')}",
            f"ExecStart={command(argv)}",
            "ExecReload=/bin/kill -s HUP $MAINPID",
            # as long as it takes: an engine with thousands of containers is slow at boot
            "TimeoutStartSec=0",
            f"TimeoutStopSec={stop_limit(config):g}",
            "Restart=always",
            "RestartSec=2",
            # where systemd before 230 looks for them, and later ones too
            "StartLimitBurst=3",
            "StartLimitInterval=60s",
            *([f"LimitNOFILE={nofile}"] if nofile else []),
            "LimitNPROC=infinity",
            "LimitCORE=infinity",
            "TasksMax=infinity",
            # systemd keeps its hands off the cgroups of containers, and off their shims
            "Delegate=yes",
            "KillMode=process",
            "OOMScoreAdjust=-500",
            "",
            "[Install]",
            "WantedBy=multi-user.target",
            "",
        ]
    )


def socket(config: DaemonConfig) -> str:
    """docker.socket: a client that comes while the engine starts is kept waiting, not refused."""
    return "\n".join(
        [
            _NOTES.format(name=SOCKET) + "[Unit]",
            "Description=Docker Socket for the API",
            "",
            "[Socket]",
            f"ListenStream={config.socket}",
            "SocketMode=0660",
            "SocketUser=root",
            f"SocketGroup={config.group}",
            "",
            "[Install]",
            "WantedBy=sockets.target",
            "",
        ]
    )


def stop_limit(config: DaemonConfig) -> float:
    """Seconds that a stop may take before systemd kills the engine."""
    return max(_STOP_LIMIT, config.grace + _GRACE_ON_TOP)


def command(argv: Sequence[str]) -> str:
    """A command line as ExecStart= takes it; see systemd.service(5)."""
    return " ".join(quoted(word.replace("$", "$$")) for word in argv)


def quoted(word: str) -> str:
    """A word that systemd reads as it is; see systemd.syntax(7)."""
    plain = word.replace("%", "%%").replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"' if not plain or set(plain) & set(" \t'\";\\") else plain


def is_ours(text: str | None) -> bool:
    """Whether a unit file was written by dockswitch."""
    return text is not None and text.startswith(MARK)


def starts(text: str | None, argv: Sequence[str]) -> bool:
    """Whether a unit file starts exactly that command line."""
    return text is not None and f"ExecStart={command(argv)}" in text.splitlines()


def _open_files(version: Version) -> str:
    if version >= _NO_LIMIT_SINCE:
        return ""
    return "infinity" if version >= _INFINITE_SINCE else "1048576"
