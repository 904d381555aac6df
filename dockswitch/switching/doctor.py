"""`doctor`: what is wrong with the engine in use, or would be with a wanted one, and the cure."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from dockswitch.backends import Backend, bundles
from dockswitch.engine import preflight, rootless_needs
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.engine.foreign import refuse_foreign
from dockswitch.engine.person import desktop, endpoint, shadow
from dockswitch.engine.preflight import plugins
from dockswitch.model import record
from dockswitch.model.errors import DockswitchError, HandsNeeded
from dockswitch.model.finding import Finding
from dockswitch.model.plan import Goal, Installed, Wanted
from dockswitch.model.ports import Reader
from dockswitch.model.release import Bundle
from dockswitch.model.version import Version
from dockswitch.model.vm import keeper_of
from dockswitch.switching import checks, drift, history, unconfirmed
from dockswitch.switching.options import Options

Look = Callable[[], tuple[Finding, ...]]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found for that version; what has an error needs hands, all else is to be known."""

    version: str
    findings: tuple[Finding, ...]

    @property
    def well(self) -> bool:
        return all(found.error is None for found in self.findings)


def doctor(
    reader: Reader, backend: Backend, bundle: Bundle | None, env: Mapping[str, str]
) -> Diagnosis:
    """Looks at everything and changes nothing; `env` is that of the person who asks.

    `bundle` is a wanted one; None asks for the engine in use, or where there is none for the newest
    that the record knows. What cannot be looked at is itself a finding.
    """
    if keeper_of(backend.name) is not None:
        from dockswitch.switching import vm_doctor  # only where virtual machines are asked about

        return vm_doctor.doctor(reader, backend, bundle, env)
    installed = backend.installed(reader)
    if bundle is None and installed.folder:
        bundle = bundles.read(reader, installed.folder)
    version = bundle.version if bundle else installed.version or _newest()
    looks: list[Look] = [
        lambda: tuple(_drifted(reader, installed)),
        lambda: dangling(reader),
        lambda: unconfirmed.findings(reader),
        lambda: _foreign(reader, installed),
        *_checks(reader, bundle, version, installed),
        lambda: desktop.findings(reader),
        lambda: plugins.findings(reader, env),
    ]
    if reader.layout.scope == "user":
        looks.append(lambda: rootless_needs.findings(reader, environment=env))
    if installed.version is not None:
        looks += [
            lambda: shadow.findings(reader, env),
            lambda: endpoint.findings(reader, DaemonConfig.read(reader).socket, env),
        ]
    return diagnosed(str(version), looks)


def diagnosed(version: str, looks: Sequence[Look]) -> Diagnosis:
    """What these looks bring up, once each, and first what needs hands."""
    found = {str(each): each for look in looks for each in _looked(look)}.values()
    return Diagnosis(version, tuple(sorted(found, key=lambda each: not each.error)))


def _looked(look: Look) -> tuple[Finding, ...]:
    try:
        return look()
    except DockswitchError as error:
        return (Finding.of(error),)


def _newest() -> Version:
    return max(each.version for each in record.releases() if each.published and not each.pre)


def _checks(
    reader: Reader, bundle: Bundle | None, version: Version, installed: Installed
) -> list[Look]:
    """All that a switch would look at, as if no engine ran; of no bundle what the host tells."""
    if bundle is None:
        return [lambda: preflight.findings(reader, Wanted(version, ""), ())]
    asked, stopped = bundle, replace(installed, running=None)

    def look(check: checks.Check) -> Look:
        return lambda: check(reader, _goal(reader, asked, installed), stopped, Options())

    return [look(check) for check in checks.CHECKS]


def _goal(reader: Reader, bundle: Bundle, installed: Installed) -> Goal:
    in_use = bundle.folder == installed.folder
    return Goal(bundle, bundle.names, "start", history.newest(reader).data if in_use else "")


def _drifted(reader: Reader, installed: Installed) -> Iterator[Finding]:
    now = history.newest(reader)
    for line in drift.drift(reader, now, installed):
        what, _, hint = line.partition(": ")
        yield Finding.of(Drifted(what, hint))
    if installed.daemon is not None and drift.answering(reader) is None:
        what = f"the engine runs as process {installed.daemon.pid} and does not answer"
        yield Finding.of(Drifted(what, "`dockswitch daemon restart`"))


def dangling(reader: Reader) -> tuple[Finding, ...]:
    """Links of the binary folder that lead to nothing: ours, and those of other dockers."""
    return tuple(_dangling(reader))


def _dangling(reader: Reader) -> Iterator[Finding]:
    layout = reader.layout
    for name in reader.names(layout.bin):
        target = reader.link(f"{layout.bin}/{name}")
        if target is None:
            continue
        leads = os.path.normpath(os.path.join(layout.bin, layout.stored(target)))
        ours = leads.startswith(f"{layout.state}/")
        if (ours or name.startswith("docker")) and reader.kind(leads) is None:
            yield Finding.of(Dangling(layout.real(f"{layout.bin}/{name}"), target))


def _foreign(reader: Reader, installed: Installed) -> tuple[Finding, ...]:
    refuse_foreign(reader, DaemonConfig.read(reader), installed.daemon)
    return ()


class Drifted(HandsNeeded):
    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what, hint=hint)


class Dangling(DockswitchError):
    def __init__(self, path: str, target: str) -> None:
        super().__init__(
            f"{path} leads to {target}, where there is nothing",
            hint=f"`rm {path}`, then `dockswitch use` the version again",
        )
