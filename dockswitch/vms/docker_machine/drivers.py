"""What runs docker-machine's machines: which driver, and the flag that tells it of an image."""

import os
import re

from dockswitch.model.ports import Reader
from dockswitch.vms import record
from dockswitch.vms.docker_machine import calls
from dockswitch.vms.docker_machine.errors import NoDriver, NoImageDriver, VBoxManageMissing

# Those that docker-machine has in itself; all others are programs on the PATH.
_WITH_IMAGE = ("virtualbox", "hyperv", "vmwarefusion", "vmwarevsphere")
# They install an engine from elsewhere, or none: `none` is always Running, whatever it is told.
_WITHOUT = frozenset(
    {
        *("amazonec2", "azure", "digitalocean", "exoscale", "generic", "google", "none"),
        *("openstack", "rackspace", "softlayer", "vmwarevcloudair"),
    }
)
_FLAG = re.compile(r"--(\S+-boot2docker-url)")
_PLUGINS = ("kvm", "qemu", "vmware")  # what is taken where nobody named one, best first


def refuse_unfit(reader: Reader, driver: str) -> None:
    """Raises NoDriver, VBoxManageMissing, or NoImageDriver for one that boots no image of ours.

    docker-machine itself is only asked of a driver that no machine of ours has, and that it does
    not have in itself.
    """
    found = driver or default(reader)
    if found in _WITHOUT:
        raise NoImageDriver(found)
    if found == "virtualbox" and not _has_virtualbox(reader):
        raise VBoxManageMissing()
    if found in _WITH_IMAGE:
        return
    if not _has_plugin(reader, found):
        raise NoDriver(found)
    if not any(each.vm.keeper == "machine" and each.vm.driver == found for each in _known(reader)):
        flag(reader, found)


def default(reader: Reader) -> str:
    """What fits this system and is here. Raises VBoxManageMissing where nothing is."""
    if reader.host.os == "windows" and not _on_path(reader, "VBoxManage"):
        return "hyperv"
    if _has_virtualbox(reader):
        return "virtualbox"
    found = next((name for name in _PLUGINS if _has_plugin(reader, name)), None)
    if found is None:
        raise VBoxManageMissing()
    return found


def flag(reader: Reader, driver: str) -> str:
    """The flag of `create` that tells the driver where its image is. Raises NoImageDriver."""
    told = calls.asked(reader, "", "create", "-d", driver, "--help")
    found = _FLAG.search(told)
    if found is None:
        raise NoImageDriver(driver)
    return f"--{found[1]}"


def _has_virtualbox(reader: Reader) -> bool:
    """On Windows it tells docker-machine where it is in other ways too, which it knows itself."""
    return reader.host.os == "windows" or _on_path(reader, "VBoxManage")


def _has_plugin(reader: Reader, driver: str) -> bool:
    return _on_path(reader, f"docker-machine-driver-{driver}")


def _on_path(reader: Reader, name: str) -> bool:
    called = f"{name}.exe" if reader.host.os == "windows" else name
    return reader.program(called, os.environ.get("PATH", os.defpath)) is not None


def _known(reader: Reader) -> tuple[record.Record, ...]:
    return record.every(reader)
