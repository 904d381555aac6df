"""One run of one command: what was asked, the machine, the catalog, the voice; all made late."""

import functools
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import typer

from dockswitch.cli import options
from dockswitch.model.errors import UsageError
from dockswitch.model.layout import Layout, has_engine, own_uid
from dockswitch.model.settings import Setting, settle
from dockswitch.report.report import Report

if TYPE_CHECKING:  # each of these is imported by the command that needs it
    from dockswitch.backends import Backend
    from dockswitch.model.catalog import Catalog
    from dockswitch.model.host import Host
    from dockswitch.model.vm import Keeper
    from dockswitch.model.wish import Request
    from dockswitch.system.here import Here


class Session:
    """Made by each command from its context."""

    def __init__(
        self,
        ctx: typer.Context,
        *,
        host: str | None = None,
        backend: str | None = None,
        suite: str | None = None,
        unpacks: bool = False,
        keeper: "Keeper | None" = None,
    ) -> None:
        """`unpacks` says that packages are taken apart, and apt is not to know of it.

        `keeper` is whose virtual machines are meant: they belong to a person, and not to a machine.
        """
        self.given = options.given(ctx)
        self._host = host
        self._backend = backend
        self._suite = suite
        self._unpacks = unpacks
        self.keeper = keeper
        self.report = Report(
            " ".join(ctx.command_path.split()[1:]),
            as_json=bool(self.given.as_json),
            quiet=bool(self.given.quiet),
            verbose=bool(self.given.verbose),
            color=self.given.color or "auto",
            progress=self.given.progress or "auto",
        )
        self.report.log = os.environ.get("DOCKSWITCH_LOG", "")  # until the settings are read
        options.speaks(ctx, self.report)

    @functools.cached_property
    def layout(self) -> Layout:
        root = self.given.root or os.environ.get("DOCKSWITCH_ROOT", "")
        if self.given.root == "":
            raise UsageError("--root wants a folder", hint="for the machine itself leave it out")
        if self.keeper is not None and self.given.user is False:
            from dockswitch.backends.vm import BelongToPeople

            raise BelongToPeople(self.keeper)
        if self.given.user is False and not has_engine():
            raise NoSystemScope
        user = self.keeper is not None or bool(self.given.user)
        return Layout.of(root=root, user=user, env=os.environ, uid=own_uid())

    @property
    def root_origin(self) -> str:
        """Where the root came from."""
        if self.given.root:
            return "command line"
        return "DOCKSWITCH_ROOT" if os.environ.get("DOCKSWITCH_ROOT") else "built in"

    @functools.cached_property
    def settings(self) -> dict[str, Setting]:
        said = {
            "mirror": self.given.mirror,
            "allow_http": " ".join(self.given.allow_http) or None,
            "channels": self.given.channels,
            "offline": "yes" if self.given.offline else None,
            "yes": "yes" if self.given.yes else None,
        }
        given = {name: value for name, value in said.items() if value is not None}
        settled = settle(given, os.environ, self._files("settings"))
        self.report.log = settled["log"].value
        return settled

    @functools.cached_property
    def system(self) -> "Here":
        from dockswitch.system import hosts

        if self._host:
            return self._here(hosts.named(self._host))
        if self.keeper == "lima":  # the engine is for the guest
            from dockswitch.vms.lima import guest

            return self._here(guest.host(hosts.this()))
        # Only packages are published for a distribution, and asking for it costs 12 ms.
        return self._here(hosts.with_distribution()) if self._backend == "apt" else self.bare

    @functools.cached_property
    def bare(self) -> "Here":
        """This machine, and nobody asked which distribution it is."""
        from dockswitch.system import hosts

        return self._here(hosts.this())

    @functools.cached_property
    def recorded(self) -> "Here":
        """This machine, where nothing is asked that the cache and the record do not know."""
        from dockswitch.system import hosts

        return self._here(hosts.this(), offline=True)

    def _here(self, host: "Host", *, offline: bool = False) -> "Here":
        from dockswitch.system.here import Here

        return Here(
            self.layout,
            host,
            offline=offline or self.settings["offline"].on,
            allow_http=self.settings["allow_http"].words,
            apt_wait=self.settings["apt_wait"].seconds,
            tell=self.report.note,
        )

    @functools.cached_property
    def catalog(self) -> "Catalog":
        """The shipped channel map with the site's own, and the addresses that were set."""
        from dockswitch.model.catalog import Catalog

        catalog = Catalog.shipped()
        for path, text in self._site_channels():
            catalog = catalog.with_site(path, text)
        if self._suite:
            catalog = catalog.in_suite(self._suite)
        # What is built in says nothing: the mirror of a site's own map must not give way to it.
        said = {
            name: each.value for name, each in self.settings.items() if each.origin != "built in"
        }
        laid = catalog.at(
            mirror=said.get("mirror", ""),
            apt=said.get("apt_mirror", ""),
            static=said.get("static_mirror", ""),
            image=said.get("image_mirror", ""),
            key=said.get("key_mirror", ""),
        )
        if not self._asks_apt:
            return laid
        from dockswitch.apt.configured import Sources

        built_in = Catalog.shipped().addresses
        mapped = (laid.addresses.mirror, laid.addresses.apt) != (built_in.mirror, built_in.apt)
        insists = mapped or any([self._suite, said.get("mirror"), said.get("apt_mirror")])
        return laid.with_configured(Sources(self.system), insists=insists)

    @property
    def _asks_apt(self) -> bool:
        """Whether what apt has configured here counts: on this very machine, and for its engine."""
        this = not (self._host or self.layout.root) and self.layout.scope == "system"
        return this and self._backend == "apt" and not self._unpacks

    def backend(self, name: str | None = None, source: str = "") -> "Backend":
        """The one asked for, else the one set, else the one that the installed engine came by.

        `source` is whose sources it has to take, in the resolver's words; raises NotFromThere.
        """
        from dockswitch import backends
        from dockswitch.switching import history

        asked = name or self.settings["backend"].value
        found = backends.find(asked or history.newest(self.system).backend)
        if source and source not in found.takes:
            raise NotFromThere(found.name)
        return found

    def request(self, words: Sequence[str], as_of: str | None = None) -> "Request":
        from dockswitch.model import wish

        request = wish.parse(words, self._channels(words))
        return replace(request, as_of=day(as_of)) if as_of else request

    def asks(self, question: str) -> bool:
        """A question that only a terminal is asked; `--yes` answers it."""
        if self.settings["yes"].on:
            return True
        return self.on_terminal and typer.confirm(question, err=True)

    @property
    def on_terminal(self) -> bool:
        """Whether a person can be asked."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    def _channels(self, words: Sequence[str]) -> tuple[str, ...]:
        """The names that words may begin with; a site's own map costs 25 ms, and is read where
        they begin with none that ships.
        """
        from dockswitch.model import compiled

        plain = compiled.channel_map()
        first = words[0].partition("@")[0] if words else ""
        if plain is None or (first not in plain["channels"] and self._site_channels()):
            return tuple(self.catalog.channels)
        return tuple(plain["channels"])

    def _files(self, what: str) -> list[tuple[str, str]]:
        """The user's file, then the system's; those that are there."""
        layouts = [Layout.of_user(env=os.environ, uid=own_uid())]
        if sys.platform != "win32":  # where anybody may make a folder of that name
            layouts.append(Layout.of_system())
        if self.layout.root:
            layouts = [Layout.of(root=self.layout.root, user=False, env=os.environ, uid=own_uid())]
        paths = [
            each.real(each.settings if what == "settings" else each.site_channels)
            for each in layouts
        ]
        return [(path, _text(path)) for path in paths if os.path.isfile(path)]

    def _site_channels(self) -> list[tuple[str, str]]:
        named = self.settings["channels"].value
        files = self._files("channels")[::-1]  # the user's comes last and so has the last word
        if named and not os.path.isfile(named):
            raise UsageError(f"there is no channel map {named}", hint="--channels names a file")
        return [*files, *([(named, _text(named))] if named else [])]


class NoSystemScope(UsageError):
    def __init__(self) -> None:
        super().__init__(
            "there is no engine of the whole machine on this system",
            details="macOS and Windows have engines in virtual machines, which belong to a person",
            hint="leave out --system",
        )


class NotFromThere(UsageError):
    """`--from` names what a backend cannot install from."""

    def __init__(self, backend: str) -> None:
        super().__init__(
            f"the {backend} backend does not take it from there",
            hint="--backend static does: --from deb unpacks packages without installing them",
        )


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is not a day", hint="days look like 2017-06-30") from None


def _text(path: str) -> str:
    from dockswitch.system import files

    return (files.read(path) or b"").decode(errors="replace")
