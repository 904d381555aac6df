"""A virtual machine with an engine in it, as a switch means it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal, TypeAlias, cast

# Who makes and keeps virtual machines, by the names of their backends.
Keeper: TypeAlias = Literal["machine", "lima"]
KEEPERS: tuple[Keeper, ...] = ("machine", "lima")


def keeper_of(backend: str | None) -> Keeper | None:
    """Whose virtual machines that backend's engines are in; None for no such backend."""
    return next((each for each in KEEPERS if each == backend), None)


@dataclass(frozen=True, slots=True)
class Vm:
    """`name` is what its keeper calls it; `driver` is what runs it there, empty for whatever does.

    `flags` are a person's own words for its making, which the keeper is given as they are.
    """

    keeper: Keeper
    name: str
    driver: str = ""
    flags: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"the machine {self.name}"


def to_plain(vm: Vm) -> dict[str, object]:
    """The machine as JSON can hold it."""
    return asdict(vm)


def from_plain(plain: Mapping[str, object]) -> Vm:
    """The machine that `to_plain` wrote; raises KeyError or TypeError for anything else."""
    fields = dict(plain)
    fields["flags"] = tuple(cast("list[str]", fields["flags"]))
    return Vm(**fields)  # type: ignore[arg-type]  # the dataclass refuses what is missing
