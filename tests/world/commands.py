"""The commands of dockswitch as a test gives them to a world, without a command line."""

import functools
from collections.abc import Callable

from dockswitch.backends import bundles, find
from dockswitch.model import wish
from dockswitch.model.catalog import Catalog
from dockswitch.model.generation import Generation
from dockswitch.model.outcome import Found, Outcome, Recovered
from dockswitch.model.plan import Installed, Plan
from dockswitch.model.release import Bundle
from dockswitch.model.trust import Trust
from dockswitch.switching import adopt as adopting
from dockswitch.switching import (
    daemon,
    history,
    install,
    recover,
    removal,
    revert,
    rollback,
    unconfirmed,
    use,
)
from dockswitch.switching import preview as previewing
from dockswitch.switching.authentic import Accepted
from dockswitch.switching.chosen import Rootless
from dockswitch.switching.options import Agree, Data, Options
from tests.world import MIRROR, World


class Quiet:
    """Progress that nobody watches; `said` keeps its lines."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def begin(self, what: str, total: int | None) -> Callable[[int], None]:
        return lambda done: None

    def end(self) -> None: ...

    def say(self, line: str) -> None:
        self.said.append(line)


@functools.cache
def catalog() -> Catalog:
    return Catalog.shipped().at(mirror=MIRROR)


def accepted(least: Trust = Trust.TLS, *digests: str) -> Accepted:
    return Accepted(least, frozenset(digests))


def used(
    world: World,
    words: str,
    *,
    start: bool = True,
    client_only: bool = False,
    least: Accepted = Accepted(),  # noqa: B008 -- frozen
    data: Data | None = None,
    agree: Agree | None = None,
    experimental: bool = False,
    backend: str = "static",
    hold: bool | None = None,
    packages: tuple[str, ...] = (),
    revert_after: int = 0,
) -> tuple[Outcome, Found | None]:
    request = wish.parse(words.split(), tuple(catalog().channels))
    options = Options(
        start=start,
        client_only=client_only,
        accepted=least,
        data=data,
        experimental=experimental,
        hold=hold,
        packages=packages,
        revert_after=revert_after,
    )
    same = use.same_again(world, catalog, request, find(backend), options)
    if same is not None:
        return same, None
    return use.use(world, catalog, request, find(backend), options, Quiet(), agree)


def switch(
    world: World,
    words: str,
    *,
    start: bool = True,
    client_only: bool = False,
    least: Accepted = Accepted(),  # noqa: B008 -- frozen
    data: Data | None = None,
    experimental: bool = False,
    backend: str = "static",
    hold: bool | None = None,
    packages: tuple[str, ...] = (),
    revert_after: int = 0,
) -> Outcome:
    """`dockswitch use WORDS`"""
    return used(
        world,
        words,
        start=start,
        client_only=client_only,
        least=least,
        data=data,
        experimental=experimental,
        backend=backend,
        hold=hold,
        packages=packages,
        revert_after=revert_after,
    )[0]


def preview(
    world: World,
    words: str,
    least: Accepted = Accepted(),  # noqa: B008 -- frozen
    data: Data | None = None,
) -> tuple[Plan, str]:
    """`dockswitch use WORDS --dry-run`"""
    request = wish.parse(words.split(), tuple(catalog().channels))
    options = Options(accepted=least, data=data)
    return previewing.preview(world, catalog, request, find("static"), options)


def go_back(world: World, number: int | None = None, data: Data | None = None) -> Outcome:
    """`dockswitch rollback [NUMBER]`"""
    return rollback.rollback(world, number, Quiet(), Options(data=data))


def confirm(world: World) -> unconfirmed.Confirmed:
    """`dockswitch confirm`"""
    return unconfirmed.confirm(world, Quiet())


def see_through(world: World) -> Generation | None:
    """`dockswitch recover --unconfirmed`, by whoever was told to wait."""
    assert world.wakes(), "nobody waits"
    return revert.see_through(world, Quiet())


def adopt(world: World) -> adopting.Adopted:
    """`dockswitch adopt`"""
    return adopting.adopt(world, Quiet())


def mend(world: World) -> Recovered | None:
    """`dockswitch recover`"""
    with world.locked():
        return recover.recover(world, Quiet())


def boot(world: World) -> None:
    """The machine is switched on; its unit runs `dockswitch recover --boot`."""

    def recovered() -> None:
        with world.locked():
            recover.at_boot(world, Quiet())

    world.services.boot(recovered)


def get(
    world: World,
    words: str,
    least: Accepted = Accepted(),  # noqa: B008 -- frozen
    rootless: Rootless = "no",
) -> install.Installed:
    """`dockswitch install WORDS`"""
    request = wish.parse(words.split(), tuple(catalog().channels))
    return install.install(world, catalog, request, "static", least, Quiet(), rootless=rootless)


def upgrade(world: World) -> Outcome:
    """`dockswitch upgrade`"""
    now = history.newest(world)
    return use.upgrade(world, catalog, now, find("static"), Options(), Quiet())


def uninstall(world: World, version: str) -> tuple[Bundle, ...]:
    """`dockswitch uninstall VERSION`"""
    return removal.uninstall(world, version, Quiet()).bundles


def prune(world: World) -> tuple[Bundle, ...]:
    """`dockswitch prune`"""
    return removal.prune(world, Quiet())


def start(world: World) -> daemon.State:
    """`dockswitch daemon start`"""
    return daemon.start(world, catalog, Quiet())


def stop(world: World) -> daemon.State:
    """`dockswitch daemon stop`"""
    return daemon.stop(world, Quiet())


def installed(world: World) -> Installed:
    return find("static").installed(world)


def kept(world: World) -> list[str]:
    """The versions that are kept, in release order."""
    return [str(bundle.version) for bundle in bundles.kept(world)]
