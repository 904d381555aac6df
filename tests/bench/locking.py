"""A lock for many hosts from a slow server, beside the waits of all its answers in a row."""

from __future__ import annotations

import dataclasses
import platform
import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.bench.child import Took
from tests.bench.environment import dockswitch
from tests.bench.figures import Figure, NotMeasured, Ratio, pairs
from tests.cli import mirror as mirrors
from tests.cli import suites
from tests.system.server import Asked, Reply, Server, serving

_MOST = 0.2
_DELAY = 0.5  # seconds before each answer
_SUITES = (
    *("debian/bullseye", "debian/bookworm", "debian/trixie"),
    *("ubuntu/focal", "ubuntu/jammy", "ubuntu/noble", "ubuntu/plucky", "ubuntu/questing"),
)
_BACKENDS = ("apt", "static", "machine")


def locking(folder: Path, count: int) -> Iterator[Figure]:
    """For eight hosts by three backends, with nothing in the cache before."""
    what = f"lock for {len(_SUITES)} hosts by {len(_BACKENDS)} backends : all its waits"
    if shutil.which("gpg") is None:
        yield NotMeasured(what, "there is no gpg to sign suites with")
        return
    mirror = folder / "locking"
    mirror.mkdir()
    mirrors.build(mirror)
    image = mirror / "images" / "v19.03.12" / "boot2docker.iso"  # the newest of that list
    image.parent.mkdir()
    image.write_bytes(b"an image")
    channels = suites.lay(mirror, _SUITES)
    channels.write_text(channels.read_text().replace('address: "{mirror}', f'file: "{mirror}'))
    index = mirrors.answers(mirror)

    def late(asked: Asked) -> Reply:
        return dataclasses.replace(index(asked), wait=_DELAY)

    with serving(late) as server:
        yield Ratio(
            what,
            pairs(
                count,
                lambda: _ours(server, folder / "lk", channels),
                lambda: Took(_DELAY * len(server.asked)),
            ),
            _MOST,
        )


def _ours(server: Server, root: Path, channels: Path) -> Took:
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    server.asked.clear()
    hosts = (f"{each.replace('/', ':')}/{platform.machine()}" for each in _SUITES)
    images = f"{server.url}/images/v{{version}}/boot2docker.iso"
    (root / "etc/dockswitch").mkdir(parents=True)
    (root / "etc/dockswitch/settings.yaml").write_text(f"image-mirror: '{images}'\n")
    words = ["lock", "test", "-o", str(root / "dockswitch.lock")]
    words += [word for each in _BACKENDS for word in ("--backend", each)]
    words += [word for each in hosts for word in ("--for", each)]
    return dockswitch(root, *words, "--mirror", server.url, "--channels", str(channels)).took
