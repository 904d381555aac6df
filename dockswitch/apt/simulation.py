"""What apt would do besides, asked before it does anything."""

import re
from collections.abc import Mapping, Sequence

from dockswitch.apt import call, failures
from dockswitch.model.errors import DockswitchError
from dockswitch.model.ports import Reader

# `Inst docker-ce [5:28.5.2-1~debian.12~bookworm] (5:20.10.24-1…)`: without `[…]` it is new
_LINE = re.compile(r"^(?P<act>Inst|Remv|Purg) (?P<name>[^\s:]+)(?P<old>\S* \[)?", re.MULTILINE)


def refuse_others(reader: Reader, words: Sequence[str], wanted: Mapping[str, str | None]) -> None:
    """Raises OthersToo where apt, told these words, would remove or change what is not `wanted`.

    What is only added, because something depends on it, is well. Raises what apt refuses.
    """
    ran = call.simulated(reader, *words)
    failed = failures.failure(ran, call.log(reader.layout))
    if failed is not None:
        raise failed
    done = [(found["act"], found["name"], found["old"]) for found in _LINE.finditer(ran.out)]
    removed = [name for act, name, _ in done if act != "Inst" and wanted.get(name, "") is not None]
    changed = [name for act, name, old in done if act == "Inst" and old and name not in wanted]
    # somebody needs what is to go
    kept = [name for act, name, _ in done if act == "Inst" and wanted.get(name, "") is None]
    if removed or changed or kept:
        raise OthersToo(removed, changed, kept)


class OthersToo(DockswitchError):
    def __init__(self, removed: Sequence[str], changed: Sequence[str], kept: Sequence[str]) -> None:
        said = [f"remove {' '.join(removed)}"] if removed else []
        said += [f"change {' '.join(changed)}"] if changed else []
        said += [f"install {' '.join(kept)}, which is to go"] if kept else []
        names = " ".join([*removed, *changed, *kept])
        super().__init__(
            f"apt would also {' and '.join(said)}",
            details="that was not asked for, so nothing was changed",
            hint=f"change {names} with apt yourself first, if nothing of yours needs them as they "
            "are; else take another release",
        )
