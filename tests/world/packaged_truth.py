"""What holds of a world whose engine packages brought, after every command."""

from collections.abc import Sequence

from dockswitch.apt import preferences
from dockswitch.engine import policy
from dockswitch.model import package_words
from dockswitch.model.package_names import ENGINES
from dockswitch.model.spellings import from_deb
from tests.world import World, payloads
from tests.world.debian import there
from tests.world.truth import answering, nothing_is_left


def is_whole(world: World, words: Sequence[str]) -> None:
    """Exactly these packages are there, and their engine alone runs and answers."""
    has(world, words)
    answers(world, words)


def has(world: World, words: Sequence[str]) -> None:
    """Exactly these packages are wholly there; what is held is pinned; nothing is left over."""
    assert there(world) == set(words)
    assert {each.letters[1:] for each in world.dpkg.packages.values()} <= {"i "}
    for name, version in package_words.versions(words).items():
        for path, content in payloads.files(name, version or "").items():
            assert world.read(path) == content, path
    pinned = preferences.read(world)
    assert world.dpkg.held == set(package_words.versions(pinned[1] if pinned else ()))
    assert not pinned or set(pinned[1]) <= set(words)
    assert world.kind(policy.PATH) is None
    nothing_is_left(world)


def answers(world: World, words: Sequence[str]) -> None:
    """The engine among them is the only one, waits behind its socket, and comes with the boot."""
    versions = package_words.versions(words)
    version = next((from_deb(versions[name] or "") for name in ENGINES if name in versions), None)
    assert answering(world) == (str(version) if version else None)
    running = [each.version for each in world._living() if each.version]
    assert running == ([str(version)] if version else [])
    for unit in (payloads.SOCKET, payloads.SERVICE):
        assert world.services.is_active(unit) == (version is not None)
        assert version is None or world.services.state(unit) == "enabled"
