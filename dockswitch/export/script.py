"""One POSIX script that installs exactly one engine, and does nothing where it is in force.

It is for any sh (dash and busybox's are tested) and the tools of Ubuntu 14.04 and later. What it is
made of lies beside this file, in `sh/`; here are the facts that are put before that.
"""

import json
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from dockswitch.apt import own_source, preferences
from dockswitch.engine import flags, policy, unit_files, units
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.engine.systemd import CONTAINERD_SOCKET, OWN_CONTAINERD_UNTIL
from dockswitch.model import kept_record, package_names, package_words, record, shipped
from dockswitch.model.address import name_of
from dockswitch.model.generation import Generation, to_plain
from dockswitch.model.hold import Hold
from dockswitch.model.layout import PREFERENCES, Layout
from dockswitch.model.origin import Origin
from dockswitch.model.plan import Wanted
from dockswitch.model.release import Bundle
from dockswitch.model.step import File

Form: TypeAlias = Literal["static", "packages"]

# What both forms are made of, before what they do not share.
_BOTH = ("proof", "common", "fetch", "told", "engine", "history", "back")

_COMMENT = re.compile(r"^ *#.*\n", re.MULTILINE)

# Known on the machine only.
_NAMES, _TIME, _OWNER, _NUMBER = "@NAMES@", "@TIME@", "@OWNER@", "@NUMBER@"
_PACKAGES = "@PACKAGES@"
_UNITS = (unit_files.ETC + "/docker.service", unit_files.ETC + "/docker.socket")
_APT_FILES = (PREFERENCES, own_source.STANZA, own_source.ARMOURED)


@dataclass(frozen=True, slots=True)
class Script:
    """What a script is rendered from: an engine's verified files, and the host that they are for.

    `arch` is as `uname -m` says. `codename` is that of the distribution which packages are for,
    empty for any. Packages that are to `hold` are upgraded by nothing else afterwards. `words` are
    those that asked for it, and `source` tells apt of the repository.
    """

    bundle: Bundle
    arch: str
    codename: str = ""
    hold: bool = True
    words: str = ""
    source: tuple[File, ...] = ()

    @property
    def form(self) -> Form:
        return "packages" if self.bundle.source == "apt" else "static"

    @property
    def backend(self) -> str:
        return "apt" if self.form == "packages" else "static"


def render(script: Script, *, comments: bool = True) -> str:
    """The script's text; it takes `--help`."""
    parts = ["#!/bin/sh", *_told(script), "set -eu", ""]
    facts = {**_facts(script), **(_static(script) if script.form == "static" else _debs(script))}
    parts += [f"{name}={shlex.quote(value)}" for name, value in facts.items()]
    texts = [shipped.text(f"export/sh/{name}.sh") for name in (*_BOTH, script.form, "main")]
    if not comments:
        texts = [_COMMENT.sub("", each) for each in texts]
    return "\n".join([*parts, "", *texts])


def proof() -> str:
    """A script that runs a container in whatever engine of Docker's a machine has.

    It ends with another code than 0 where that cannot be, and says why.
    """
    return f"set -eu\n{shipped.text('export/sh/proof.sh')}\nprove\n"


def _told(script: Script) -> tuple[str, ...]:
    bundle = script.bundle
    return (
        f"# Docker Engine {bundle.version} ({script.form}), rendered by dockswitch.",
        f"# Its files are pinned by their digests, which were authenticated as {bundle.trust}.",
        # facts that one form reads; texts for others; a file of the machine; `A && B || continue`
        "# shellcheck shell=sh disable=SC2034,SC2016,SC1091,SC2015",
    )


def _facts(script: Script) -> dict[str, str]:
    bundle = script.bundle
    known = record.find(bundle.version)
    files = (f"{each.sha256} {name_of(each.url)} {each.url}" for each in bundle.artifacts)
    forbids = policy.forbids()
    return {
        "VERSION": str(bundle.version),
        "FORM": script.form,
        "ID": bundle.sha256,
        "FILES": "\n".join(files),
        "FOLDER": _folder(script),
        "RECORD": kept_record.to_json(_as_kept(script)).decode(),
        "HISTORY": _history(script),
        "MARK": units.MARK,
        "CGROUP_V1_ONLY": "yes" if known and "cgroup-v2" in known.cannot_run_on else "",
        "ENGINE_PACKAGES": " ".join(sorted((*package_names.ALL, "moby-engine"))),
        "TOUCHED": "\n".join((*_UNITS, *_APT_FILES)),
        "APT_FILES": "\n".join(_APT_FILES),
        "POLICY": forbids.path,
        "FORBIDS": forbids.content or "",
    }


def _folder(script: Script) -> str:
    """Where `use` would have put it, whoever's machine it was fetched for."""
    layout = Layout.of_system()
    shelf = layout.packages if script.form == "packages" else layout.versions
    return f"{shelf}/{script.bundle.folder.rpartition('/')[2]}"


def _as_kept(script: Script) -> Bundle:
    here = replace(script.bundle, folder=_folder(script), keeper=None)
    if script.form == "packages":
        return replace(here, origin=here.origin or Origin("", "", "", ""))
    alone = len(script.bundle.parts) == 1
    return replace(here, names=(_NAMES,), parts=() if alone else here.parts)


def _history(script: Script) -> str:
    """What `use` would have written into its journal."""
    bundle = script.bundle
    packed = script.form == "packages"
    generation = Generation(
        number=0,
        version=bundle.version,
        channel=next(iter(bundle.channels), ""),
        backend=script.backend,
        folder=_folder(script),
        names=() if packed else (_NAMES,),
        artifacts=bundle.artifacts,
        time=_TIME,
        wish=_words(script),
        running=True,
        packages=(_PACKAGES,) if packed else (),
        hold=_hold(script),
    )
    plain = {**to_plain(generation), "number": _NUMBER}
    begin = {"wish": _words(script), "time": _TIME, "container": False}
    return "\n".join(json.dumps(line) for line in ({"begin": begin}, {"commit": plain}))


def _words(script: Script) -> str:
    return script.words or str(script.bundle.version)


def _hold(script: Script) -> Hold | None:
    if script.form != "packages" or not script.hold:
        return None
    return Hold(_OWNER, f"use {_words(script)}", _TIME)


def _static(script: Script) -> dict[str, str]:
    """Everything lies where `use` would have put it, and bears the same names."""
    layout = Layout.of_system()
    folder = _folder(script)
    config = DaemonConfig.of({}, layout, layout.own_engine_config)
    wanted = Wanted(script.bundle.version, folder)

    line = flags.resolved(flags.command_line(layout, wanted, config), "")
    activated = flags.command_line(layout, wanted, config, listens="fd://")
    argv = flags.resolved(activated, "")
    sharing = flags.resolved((*activated, "--containerd", CONTAINERD_SOCKET), "")

    shares = script.bundle.version >= OWN_CONTAINERD_UNTIL

    def service(argv: Sequence[str], *, containerd: bool = False) -> str:
        return units.service(argv, config, containerd=containerd, activated=True).rstrip("\n")

    return {
        "ARCH": script.arch,
        "CODENAME": "",
        "SERVICE_UNIT": service(argv),
        "SHARING_UNIT": service(sharing, containerd=True) if shares else service(argv),
        "SOCKET_UNIT": units.socket(config).rstrip("\n"),
        "COMMAND": " ".join(line),
    }


def _debs(script: Script) -> dict[str, str]:
    artifacts = script.bundle.artifacts
    there = (package_words.split(each.package) for each in artifacts)
    source = {each.path: (each.content or "").rstrip("\n") for each in script.source}
    hold = _hold(script)
    return {
        # NAME_VERSION_ARCH.deb; the engine's own is of one architecture
        "ARCH": name_of(artifacts[0].url).rpartition("_")[2].removesuffix(".deb"),
        "CODENAME": script.codename,
        "PACKAGES": "\n".join(f"{name} {version}" for name, version in there),
        "HOLD": preferences.text(hold, ()).rstrip("\n") if hold else "",
        "PREFERENCES": PREFERENCES,
        "PRIORITY": str(preferences.PRIORITY),
        "DOCKERS": " ".join(package_names.DOCKERS),
        "PLUGINS": " ".join(package_names.PLUGINS),
        "SOURCE": source.get(own_source.STANZA, ""),
        "SOURCE_PLACE": own_source.STANZA,
        "KEY": source.get(own_source.ARMOURED, ""),
        "KEY_PLACE": own_source.ARMOURED,
    }
