"""An engine that somebody else brought: by a package, a snap or an unpacked archive."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal, cast

from dockswitch.model import step as steps
from dockswitch.model.step import ByHand, File, Link, Step

Kind = Literal["package", "snap", "unpacked"]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """What was found of it: `program` is its dockerd, `version` what that says of itself.

    `package` and `package_version` are empty for one that no package or snap brought; `unit` is
    that of the service manager, empty where nobody keeps it. `runs` are the steps that make it run
    as it did when it was looked at, `pid` and `argv` its process then (None and none).

    `socket` is inside the root; `data_root` is a path on this machine. `data` is that data-root
    inside the root where its command line alone says so: no configuration would lead another engine
    there.
    """

    kind: Kind
    program: str
    version: str
    package: str = ""
    package_version: str = ""
    unit: str = ""
    runs: tuple[Step, ...] = ()
    pid: int | None = None
    argv: tuple[str, ...] = ()
    socket: str = ""
    data_root: str = ""
    data: str = ""

    def __str__(self) -> str:
        """As it is listed."""
        return f"{self.package or self.program} {self.version or '?'} ({self.kind})"

    @property
    def described(self) -> str:
        """As an error names it."""
        if self.kind == "unpacked":
            what = f"the engine unpacked at {self.program}"
        else:
            what = f"the {self.kind} {self.package} {self.package_version}".rstrip()
        return f"{what}, unit {self.unit}" if self.unit else what

    @property
    def by_hand(self) -> tuple[ByHand, ...]:
        """The steps that start it where a person did."""
        return tuple(step for step in self.runs if isinstance(step, ByHand))

    @property
    def files(self) -> frozenset[str]:
        """The files of its owner's that an engine of ours may need the place of."""
        return frozenset(step.path for step in self.runs if isinstance(step, File | Link))


def to_plain(neighbour: Neighbour) -> dict[str, object]:
    """The neighbour as JSON can hold it; without its process, which may be another by then."""
    plain = {**asdict(neighbour), "runs": [steps.to_plain(step) for step in neighbour.runs]}
    del plain["pid"]
    return plain


def from_plain(plain: Mapping[str, object]) -> Neighbour:
    """The neighbour that `to_plain` wrote; raises KeyError or TypeError for anything else."""
    fields = dict(plain)
    runs = cast("list[Mapping[str, object]]", fields["runs"])
    fields["runs"] = tuple(steps.from_plain(each) for each in runs)
    fields["argv"] = tuple(cast("list[str]", fields["argv"]))
    return Neighbour(**fields)  # type: ignore[arg-type]  # the dataclass refuses what is missing
