"""Builds what many tests wait for, side by side, before they begin.

One after another would build the same with the other processors idle. What cannot be built here is
no failure: the tests that ask for it say why they do without.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.integration import apt_repository, rootfs, rootfs_old
from tests.integration.archive import ArchiveMissing, PackagesMissing
from tests.integration.kept import beside_mirror
from tests.integration.mirror import MirrorFailed, build
from tests.integration.needs import why_no_namespaces, why_no_packages, why_no_systemd_machine


def main() -> None:
    every = (_engines, _machine, _old_machine)
    with ProcessPoolExecutor(len(every)) as pool:
        for reason in pool.map(_built, every):
            if reason is not None:
                print(f"not built ahead: {reason}", file=sys.stderr)


def _engines() -> str | None:
    reason = why_no_namespaces() or why_no_packages()
    if reason is None:
        apt_repository.build(beside_mirror("apt"), build(beside_mirror("mirror")))
    return reason


def _machine() -> str | None:
    return _with_systemd(rootfs.build)


def _old_machine() -> str | None:
    return _with_systemd(rootfs_old.build)


def _with_systemd(builds: Callable[[Path], Path]) -> str | None:
    reason = why_no_systemd_machine()
    if reason is None:
        builds(beside_mirror("systemd"))
    return reason


def _built(builds: Callable[[], str | None]) -> str | None:
    try:
        return builds()
    except (ArchiveMissing, PackagesMissing, MirrorFailed, OSError) as error:
        return str(error)


if __name__ == "__main__":
    main()
