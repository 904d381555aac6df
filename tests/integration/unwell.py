"""Engines that do not run, made of ones that do, as scripts would install them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from dockswitch.backends import bundles
from dockswitch.export.script import Script
from dockswitch.model.release import Bundle, Fetched
from tests.integration.systemd_machine import Machine

#: Where scripts find their files.
FOLDER = "/opt/unwell"

_FAILS = "#!/bin/sh\\necho broken on purpose >&2\\nexit 3\\n"
_ARCHIVE = f"""\
set -e
rm -rf {FOLDER} && mkdir {FOLDER} && cd {FOLDER}
tar -xzf "$0" && printf '{_FAILS}' >"docker/$2"
tar -I 'gzip -1' -cf "$1" docker && rm -r docker
"""
_PACKAGE = f"""\
set -e
rm -rf {FOLDER} && mkdir {FOLDER} && cd {FOLDER}
cp "$(dirname "$0")"/*.deb .
dpkg-deb -R "$1" tree && printf '{_FAILS}' >"tree/usr/bin/$2" && chmod 755 "tree/usr/bin/$2"
rm "$1" && dpkg-deb -Znone -b tree "$1" >/dev/null && rm -r tree
"""


def archive(machine: Machine, whole: Script, path: str, program: str) -> Script:
    """The engine of the archive at that path on the machine, with that program failing."""
    return _made(machine, whole, path, program, _ARCHIVE)


def packages(machine: Machine, whole: Script, path: str, program: str) -> Script:
    """Likewise the engine's own package, whose path that is; the others lie beside it."""
    return _made(machine, whole, path, program, _PACKAGE)


def _made(machine: Machine, whole: Script, path: str, program: str, how: str) -> Script:
    name = path.rpartition("/")[2]
    machine.shell(["sh", "-c", how, path, name, program])
    content = Path(f"{machine.root}{FOLDER}/{name}").read_bytes()
    first, *others = whole.bundle.artifacts
    spoiled = replace(first, sha256=hashlib.sha256(content).hexdigest(), size=len(content))
    return replace(whole, bundle=_bundle(whole.bundle, [spoiled, *others]))


def _bundle(of: Bundle, parts: list[Fetched]) -> Bundle:
    shelf = of.folder.rpartition("/")[0]
    return bundles.bundle_of(shelf, of.version, of.channels[0], parts, (), of.origin, of.keeper)
