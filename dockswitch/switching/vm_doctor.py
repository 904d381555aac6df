"""What is wrong with the virtual machine in use, or would be with a wanted one, and the cure."""

from collections.abc import Iterator, Mapping

from dockswitch import vms
from dockswitch.backends import Backend, bundles
from dockswitch.engine.person import endpoint
from dockswitch.model.errors import DockswitchError
from dockswitch.model.finding import Finding
from dockswitch.model.ports import Reader
from dockswitch.model.release import Bundle
from dockswitch.model.vm import Keeper, keeper_of
from dockswitch.switching import drift, history, vm_in_use
from dockswitch.switching.doctor import Diagnosis, Drifted, Look, dangling, diagnosed
from dockswitch.switching.vm_in_use import InUse
from dockswitch.vms import record
from dockswitch.vms.record import Record


def doctor(
    reader: Reader, backend: Backend, bundle: Bundle | None, env: Mapping[str, str]
) -> Diagnosis:
    """Looks at everything and changes nothing; `env` is that of the person who asks."""
    keeper = keeper_of(backend.name)
    assert keeper is not None
    found = vm_in_use.seen(reader)
    now = found.record if found is not None and found.vm.keeper == keeper else None
    version = bundle.version if bundle else bundles.version_of(now.folder) if now else None
    driver = now.vm.driver if now else ""
    mine = [each for each in record.every(reader) if each.vm.keeper == keeper]
    looks: list[Look] = [
        lambda: _unfit(reader, keeper, driver),
        *(_look(reader, each) for each in mine if each != now),
        lambda: dangling(reader),
    ]
    if found is not None:
        looks += [
            lambda: tuple(_drifted(reader, backend, found)),
            lambda: _elsewhere(reader, found, env),
        ]
    return diagnosed(str(version) if version else f"an engine of the {keeper} backend", looks)


def _unfit(reader: Reader, keeper: Keeper, driver: str) -> tuple[Finding, ...]:
    vms.keeper(keeper).refuse_unfit(reader, driver)
    return ()


def _look(reader: Reader, known: Record) -> Look:
    """Whether another machine than the one in use is there; its keeper may not be able to tell."""

    def look() -> tuple[Finding, ...]:
        state = vms.keeper(known.vm.keeper).state(reader, known.vm.name)
        if state not in ("absent", "half-made"):
            return ()
        how = "gone" if state == "absent" else "half-made"
        return (Finding(f"{known.vm} is {how}", f"`{vm_in_use.again(known)}` makes it anew"),)

    return look


def _drifted(reader: Reader, backend: Backend, found: InUse) -> Iterator[Finding]:
    for line in drift.drift(reader, history.newest(reader), backend.installed(reader), found):
        what, _, hint = line.partition(": ")
        yield Finding.of(Drifted(what, hint))


def _elsewhere(reader: Reader, found: InUse, env: Mapping[str, str]) -> tuple[Finding, ...]:
    host, why = endpoint.led_to(reader, env)
    if found.host is None or host == found.host:
        return ()
    return (Finding.of(LedElsewhere(host, why, found)),)


class LedElsewhere(DockswitchError):
    """`why` is empty where the client takes its usual socket."""

    def __init__(self, host: str, why: str, found: InUse) -> None:
        led = f"{why} leads docker to {host}" if why else f"docker asks {host}"
        super().__init__(
            f"{led}, and not to {found.vm} at {found.host}",
            hint='`eval "$(dockswitch env --user)"` leads it there',
        )
