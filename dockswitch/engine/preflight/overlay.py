"""Whether the kernel has the file system that engines keep images on."""

from collections.abc import Mapping

from dockswitch.model.finding import Finding
from dockswitch.model.ports import Reader


def findings(reader: Reader, keys: Mapping[str, object]) -> tuple[Finding, ...]:
    """Only worth saying: without it an engine takes `vfs`, which copies each layer whole."""
    if keys.get("storage-driver") not in (None, "", "overlay", "overlay2"):
        return ()
    there = (reader.outside("/proc/filesystems") or b"").decode().split()
    if not there or "overlay" in there or _comes_as_module(reader):
        return ()
    return (
        Finding(
            f"the kernel {reader.host.kernel} has no overlay file system: images would be kept "
            "with `vfs`, slowly and many times over",
            "`modprobe overlay` loads it where the kernel's modules are installed",
        ),
    )


def _comes_as_module(reader: Reader) -> bool:
    """The kernel loads it by itself when it is mounted for the first time."""
    listed = reader.outside(f"/lib/modules/{reader.host.kernel}/modules.dep")
    return listed is not None and b"/overlay.ko" in listed
