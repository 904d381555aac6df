"""Which packages apt may remove once nothing needs them: those that came along, by its own mark."""

from collections.abc import Collection

from dockswitch.apt import call
from dockswitch.model.ports import Reader, System

# apt's own list; `apt-mark showauto` reads the same, and all of its caches before
_PATH = "/var/lib/apt/extended_states"


def automatic(reader: Reader, names: Collection[str]) -> tuple[str, ...]:
    """Those of these packages that are marked, sorted; an ordinary user may ask."""
    text = (reader.outside(_PATH) or b"").decode(errors="replace")
    marked = {
        fields.get("Package", "")
        for fields in map(_fields, text.split("\n\n"))
        if fields.get("Auto-Installed") == "1"
    }
    return tuple(sorted(marked & set(names)))


def mark(system: System, wanted: Collection[str], there: Collection[str]) -> None:
    """Of the packages that are `there`, those that are `wanted` are marked, and no other."""
    now = set(automatic(system, there))
    new, old = (set(wanted) & set(there)) - now, now - set(wanted)
    if new:
        call.apt_mark(system, "auto", *sorted(new))
    if old:
        call.apt_mark(system, "manual", *sorted(old))


def _fields(stanza: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in stanza.splitlines())
    return {name: value.strip() for name, _, value in pairs}
