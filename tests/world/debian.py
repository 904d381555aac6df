"""A Debian that systemd runs, with apt, and with sets of packages on dockswitch's shelf."""

import dataclasses
import functools
import hashlib
from collections.abc import Sequence

from dockswitch.backends import bundles
from dockswitch.model import package_words, shipped
from dockswitch.model.origin import Origin
from dockswitch.model.release import Bundle, Fetched
from dockswitch.model.spellings import from_deb
from dockswitch.model.trust import Trust
from dockswitch.system import signature
from tests.world import World, debs

_URL = "https://mirror.test/linux/debian"
_KEY = "keys/docker-ce-deb.asc"

PLUGINS = ("docker-buildx-plugin=0.29.1-1~debian.12~bookworm",)


def debian(**published: Sequence[str]) -> World:
    world = World("", **published)
    world.host = dataclasses.replace(world.host, init="systemd")
    for program in ("apt-get", "dpkg"):
        world.files.write(f"/usr/bin/{program}", b"of the machine", 0o755)
    return world


def release(version: str, containerd: str = "1.7.27-1") -> tuple[str, ...]:
    """The packages of a version of Docker's, as it spells them, the engine's own first."""
    names = ("docker-ce", "docker-ce-cli")
    same = tuple(f"{name}=5:{version}-1~debian.12~bookworm" for name in names)
    return (*same, f"containerd.io={containerd}", *PLUGINS)


def keeps(world: World, words: Sequence[str], channel: str = "stable") -> Bundle:
    """These are on the shelf, from a source that is dockswitch's own to tell apt of."""
    shelf = world.layout.packages
    parts = [_fetched(word) for word in words]
    version = from_deb(package_words.split(words[0])[1] or "")
    assert version is not None
    bundle = bundles.bundle_of(shelf, version, channel, parts, (), _origin(channel))
    for word in words:
        world.files.write(f"{shelf}/.tmp-0-kept/{debs.file_name(word)}", debs.content(word))
    bundles.keep(world, f"{shelf}/.tmp-0-kept", bundle)
    return bundle


def there(world: World) -> set[str]:
    """The packages that are wholly installed, as apt calls them."""
    packages = world.dpkg.packages.items()
    whole = {name: each for name, each in packages if each.letters[1:] == "i "}
    return {package_words.there(name, each.version) for name, each in whole.items()}


def _fetched(word: str) -> Fetched:
    content = debs.content(word)
    digest = hashlib.sha256(content).hexdigest()
    url = f"{_URL}/pool/{debs.file_name(word)}"
    return Fetched(url, digest, len(content), Trust.SIGNED, word)


@functools.cache
def _origin(channel: str) -> Origin:
    key = signature.dearmoured(shipped.text(_KEY).encode())
    return Origin(_URL, "bookworm", channel, "amd64", signature.fingerprint_of(key))
