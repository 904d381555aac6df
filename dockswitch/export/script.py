"""One POSIX script that installs exactly one engine, and does nothing where it is in force.

It is for any sh (dash and busybox's are tested) and the tools of Ubuntu 14.04 and later. What it is
made of lies beside this file, in `sh/`; here are the facts that are put before that.
"""

import shlex
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from dockswitch.engine import flags, policy, units
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.model import kept_record, package_words, record, shipped
from dockswitch.model.address import name_of
from dockswitch.model.layout import Layout
from dockswitch.model.plan import Wanted
from dockswitch.model.release import Bundle
from dockswitch.model.step import File

Form: TypeAlias = Literal["static", "packages"]

_NAMES = "@NAMES@"  # known once the archive is unpacked


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


def render(script: Script) -> str:
    """The script's text; it takes `--help`."""
    parts = ["#!/bin/sh", *_told(script), "set -eu", ""]
    facts = {**_facts(script), **(_static(script) if script.form == "static" else _debs(script))}
    parts += [f"{name}={shlex.quote(value)}" for name, value in facts.items()]
    texts = (
        shipped.text(f"export/sh/{name}.sh") for name in ("proof", "common", script.form, "main")
    )
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
    return {
        "VERSION": str(bundle.version),
        "FORM": script.form,
        "ID": bundle.sha256,
        "FILES": "\n".join(files),
        "MARK": units.MARK,
        "CGROUP_V1_ONLY": "yes" if known and "cgroup-v2" in known.cannot_run_on else "",
    }


def _static(script: Script) -> dict[str, str]:
    """Everything lies where `use` would have put it, and bears the same names."""
    layout = Layout.of_system()
    bundle = script.bundle
    folder = f"{layout.versions}/{bundle.folder.rpartition('/')[2]}"
    here = replace(bundle, folder=folder, names=(_NAMES,), keeper=None)
    config = DaemonConfig.of({}, layout, layout.own_engine_config)
    wanted = Wanted(bundle.version, folder)

    def line(listens: str) -> list[str]:
        return flags.resolved(flags.command_line(layout, wanted, config, listens=listens), "")

    service = units.service(line("fd://"), config, containerd=False, activated=True)
    return {
        "ARCH": script.arch,
        "CODENAME": "",
        "FOLDER": folder,
        "CURRENT": layout.current.lstrip("/"),
        "RECORD": kept_record.to_json(here).decode(),
        "SERVICE_UNIT": service.rstrip("\n"),
        "SOCKET_UNIT": units.socket(config).rstrip("\n"),
        "COMMAND": " ".join(line("")),
    }


def _debs(script: Script) -> dict[str, str]:
    artifacts = script.bundle.artifacts
    there = (package_words.split(each.package) for each in artifacts)
    forbids = policy.forbids()
    return {
        # NAME_VERSION_ARCH.deb; the engine's own is of one architecture
        "ARCH": name_of(artifacts[0].url).rpartition("_")[2].removesuffix(".deb"),
        "CODENAME": script.codename,
        "PACKAGES": "\n".join(f"{name} {version}" for name, version in there),
        "HOLD": "yes" if script.hold else "",
        "POLICY": forbids.path,
        "FORBIDS": forbids.content or "",
    }
