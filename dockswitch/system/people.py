"""Whoever sits in front of sudo, with what their environment was, and becoming them."""

import base64
import json
import os
import zlib
from collections.abc import Mapping
from dataclasses import replace

from dockswitch.model.person import Person

CARRIED = "DOCKSWITCH_PERSON"
_LONGEST = 120 << 10  # bytes: execve(2) takes up to 128 KiB in one string
_OF_SUDO = "SUDO_"


def carried(env: Mapping[str, str]) -> dict[str, str]:
    """All of a person's environment in one variable, for what root is to run as them.

    Root itself is not to have it: PYTHONPATH and its like would be anybody's way in. Empty where it
    is too long for one.
    """
    mask = os.umask(0)
    os.umask(mask)
    packed = zlib.compress(json.dumps([mask, dict(env)]).encode())
    text = base64.b64encode(packed).decode()
    return {CARRIED: text} if len(text) < _LONGEST else {}


def in_front_of_sudo(env: Mapping[str, str]) -> Person | None:
    """None where nobody but ourselves is there, or nobody knows them."""
    named = env.get("SUDO_UID", "")
    if os.geteuid() != 0 or not named.isdecimal() or int(named) == 0:
        return None
    found = of(int(named))
    unpacked = _unpacked(env) if found is not None else None
    return replace(found, mask=unpacked[0]) if found and unpacked else found


def of(uid: int) -> Person | None:
    """Somebody by their number; None where the machine does not know them."""
    import pwd  # Windows has none

    try:
        known = pwd.getpwuid(uid)
    except KeyError:
        return None
    shell = known.pw_shell or "/bin/sh"
    return Person(uid, known.pw_gid, known.pw_name, known.pw_dir, shell)


def environment(person: Person, env: Mapping[str, str]) -> dict[str, str]:
    """That person's, as it was in front of sudo; else what sudo left, with a home of their own."""
    unpacked = _unpacked(env)
    if unpacked is not None:
        return unpacked[1]
    own = {"HOME": person.home, "USER": person.name, "LOGNAME": person.name, "SHELL": person.shell}
    ours = {name: value for name, value in env.items() if not name.startswith(_OF_SUDO)}
    return {**ours, **own}


def become(person: Person) -> None:
    """This process belongs to that person from now on, in all their groups."""
    if person.mask is not None:
        os.umask(person.mask)
    os.initgroups(person.name, person.gid)
    os.setgid(person.gid)
    os.setuid(person.uid)


def _unpacked(env: Mapping[str, str]) -> tuple[int, dict[str, str]] | None:
    try:
        mask, there = json.loads(zlib.decompress(base64.b64decode(env[CARRIED])))
        return int(mask), {str(name): str(value) for name, value in there.items()}
    except (LookupError, ValueError, TypeError, AttributeError, zlib.error):
        return None
