"""Putting exactly one engine into a running instance, by a script that carries its files along."""

import re

from dockswitch.export import script
from dockswitch.export.script import Script
from dockswitch.model import kept_record
from dockswitch.model.address import name_of
from dockswitch.model.errors import CorruptState
from dockswitch.model.ports import Finished, System
from dockswitch.model.release import Bundle
from dockswitch.vms.lima import calls, errors, notes
from dockswitch.vms.lima.guest import Guest

# Not /tmp, which is in memory in some guests.
_PLACE = "/var/tmp/dockswitch"  # noqa: S108 -- in the guest, which has one user
_RUN = 'sh "$0/engine.sh" --files "$0" --user "$SUDO_USER" --no-container "$@" && rm -rf "$0"'
_SUITE = re.compile(r"/dists/([^/]+)/")


def bundle_in(system: System, folder: str) -> Bundle:
    """What is kept in a folder; raises CorruptState where it is gone."""
    found = kept_record.read(system, folder)
    if found is None:
        raise CorruptState(system.layout.real(folder), "what the engine is installed from is gone")
    return found


def put_in(system: System, name: str, bundle: Bundle, guest: Guest, *words: str) -> None:
    """Copies the bundle's files and the script into the instance, and runs that as root.

    It does nothing where that engine is in force there. Raises EngineRefused, LimaFailed.
    """
    text = script.render(Script(bundle, guest.arch, suite_of(bundle) or guest.codename))
    ours = notes.path(system, name, notes.SCRIPT)
    system.write(ours, text.encode())
    files = [f"{bundle.folder}/{name_of(each.url)}" for each in bundle.artifacts]
    place = f"{_PLACE}-{bundle.sha256[:12]}"
    _done("prepare", name, calls.shell(system, name, "mkdir", "-p", place))
    real = [system.layout.real(each) for each in (*files, ours)]
    copied = calls.act(system, "copy", *real, f"{name}:{place}/", limit=calls.COPY_LIMIT)
    _done("copy files into", name, copied)
    ran = calls.shell(system, name, "sudo", "sh", "-c", _RUN, place, *words)
    if ran.code != 0:
        raise errors.EngineRefused(name, _said(ran.err) or errors.told(ran), ran.code)


def runs_container(system: System, name: str) -> str | None:
    """Why the engine in the instance runs no container, or None where it does."""
    ran = calls.shell(system, name, "sudo", "sh", "-c", script.proof(), limit=120)
    return None if ran.code == 0 else _said(ran.err) or errors.told(ran)


def suite_of(bundle: Bundle) -> str:
    """The suite that its packages are published for; empty for a static archive."""
    found = _SUITE.search(bundle.url)
    return found[1] if found and bundle.source == "apt" else ""


def _done(what: str, name: str, finished: Finished) -> None:
    if finished.code != 0:
        raise errors.of(what, name, finished)


def _said(err: str) -> str:
    """The last lines that the script itself said: a message, and a hint that is set in."""
    lines = [each for each in err.splitlines() if each.strip()]
    return "; ".join(each.strip() for each in lines[-2:])
