"""The store: machines/NAME/config.json and what lies beside it, and how it can be spoiled."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from tests.standins.docker_machine import go, trace
from tests.standins.docker_machine.call import Call, Fails
from tests.standins.docker_machine.drivers import DRIVERS
from tests.standins.docker_machine.ports import Vm

Plain = dict[str, object]


@dataclass(frozen=True, slots=True)
class Host:
    """A machine as its config.json tells it."""

    name: str
    driver_name: str
    driver: Plain
    config: Plain

    @property
    def url(self) -> str:
        return str(self.driver.get("Boot2DockerURL", ""))


def folder(call: Call, name: str) -> str:
    return f"{call.store}/machines/{name}"


def certs(call: Call) -> str:
    return f"{call.store}/certs"


def image(call: Call, name: str) -> str:
    return f"{folder(call, name)}/boot2docker.iso"


def names(call: Call) -> list[str]:
    """All that look like a machine, in the order of `ls`."""
    found = call.around.disk.names(f"{call.store}/machines")
    return sorted(name for name in found if not name.startswith("."))


def is_there(call: Call, name: str) -> bool:
    """Whether a folder blocks that name. Raises Fails where stat(2) does."""
    if len(name.encode()) > 255:
        where = folder(call, name)
        raise Fails(f"Error checking if host exists: stat {where}: file name too long")
    return call.around.disk.is_there(folder(call, name))


def host(call: Call, name: str) -> Host:
    """Raises Fails where there is none, or its config.json says nothing."""
    if not call.around.disk.is_there(folder(call, name)):
        raise Fails(missing(name))
    path = f"{folder(call, name)}/config.json"
    content = call.around.disk.read(path)
    if content is None:
        raise Fails(f"open {path}: no such file or directory")
    try:
        config = go.parsed(content)
    except go.SyntaxProblem as problem:
        raise Fails(f"Error getting migrated host: {problem}") from None
    if not isinstance(config, dict):
        raise Fails("Error getting migrated host: json: cannot unmarshal")
    if not config.get("ConfigVersion"):
        raise Fails(trace.OF_MIGRATION, 2)
    driver = config.get("Driver")
    plain = driver if isinstance(driver, dict) else {}
    return Host(name, str(config.get("DriverName", "")), plain, config)


def missing(name: str) -> str:
    return (
        f'Docker machine "{name}" does not exist. Use "docker-machine ls" to list machines. '
        'Use "docker-machine create" to add a new one.'
    )


def save(call: Call, found: Host) -> None:
    path = f"{folder(call, found.name)}/config.json"
    config = {**found.config, "Driver": found.driver}
    call.around.disk.write(path, go.indented(config).encode())


def with_driver(found: Host, **values: object) -> Host:
    return replace(found, driver={**found.driver, **values})


def new(
    call: Call, name: str, driver: str, described: Plain, options: Mapping[str, object]
) -> Host:
    config = {
        "ConfigVersion": 3,
        "Driver": described,
        "DriverName": driver,
        "HostOptions": options,
        "Name": name,
    }
    return Host(name, driver, described, config)


def why_no_driver(call: Call, found: Host) -> str | None:
    """Why its driver cannot be asked; None for well."""
    known = DRIVERS.get(found.driver_name)
    if known is None or (known.plugin and known.name not in call.around.conditions.plugins):
        return (
            f'Driver "{found.driver_name}" not found. Do you have the plugin binary accessible '
            "in your PATH?"
        )
    return None


# what the hypervisor knows, which is no part of docker-machine's store


def vm(call: Call, name: str) -> Vm | None:
    content = call.around.disk.read(_noted(call, name))
    return None if content is None else Vm(**json.loads(content))


def vms(call: Call) -> list[Vm]:
    files = call.around.disk.names(f"{call.store}/hypervisor")
    found = [vm(call, file.removesuffix(".json")) for file in files if file.endswith(".json")]
    return [each for each in found if each is not None]


def note(call: Call, known: Vm) -> None:
    call.around.disk.write(_noted(call, known.name), json.dumps(asdict(known)).encode())


def forget(call: Call, name: str) -> None:
    """With the disk of its real engine, where it had one."""
    call.around.disk.remove(_noted(call, name))
    call.around.disk.remove(_noted(call, name).removesuffix(".json") + ".data")


def _noted(call: Call, name: str) -> str:
    return f"{call.store}/hypervisor/{name}.json"
