"""Whether the person behind sudo may talk to the engine: membership of its group."""

import os

import typer

from dockswitch.cli.session import Session
from dockswitch.engine.daemon_config import DaemonConfig


def offer(session: Session) -> None:
    """After an engine was started: who is not in the group may join it, or is told how.

    It is asked on a terminal only, and `--yes` is no answer: membership is as mighty as root.
    """
    person = os.environ.get("SUDO_USER", "")
    if session.layout.root or session.layout.scope != "system":
        return
    group = DaemonConfig.read(session.system).group
    if not _is_outside(person, group):
        return
    join = f"usermod --append --groups {group} {person}"
    session.report.note(f"{person} is not in the group {group}, whose members use the engine")
    if session.on_terminal and typer.confirm(
        f"add {person}? Membership is as mighty as root's password", err=True
    ):
        joined = session.system.command(join.split())
        if joined.code:
            session.report.warning(f"`{join}` failed: {joined.err.strip()}")
            return
        session.report.note(f"{person} is in the group now; `newgrp {group}` makes it count here")
        return
    session.report.note(f"`sudo {join}`, then `newgrp {group}`; it is as mighty as root's password")


def _is_outside(person: str, name: str) -> bool:
    """Whether that is an ordinary user outside of a group that exists."""
    import grp  # Linux alone has an engine of its own, and such a group
    import pwd

    try:
        who, group = pwd.getpwnam(person), grp.getgrnam(name)
    except KeyError:
        return False
    return who.pw_uid != 0 and group.gr_gid not in os.getgrouplist(person, who.pw_gid)
