"""What a command line says of virtual machines: which one is meant, and how it is made."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from dockswitch.cli import options, spec
from dockswitch.cli.session import Session
from dockswitch.model.errors import UsageError
from dockswitch.model.vm import KEEPERS, Keeper

if TYPE_CHECKING:  # imported by the function that runs, so that --help does without it
    from dockswitch.model.generation import Generation
    from dockswitch.model.outcome import Outcome
    from dockswitch.switching.options import VmWish

# The drivers that docker-machine brings and its users add, and those of Lima.
_DRIVERS = (
    *("virtualbox", "hyperv", "vmwarefusion", "vmwarevsphere", "vmware", "qemu", "kvm", "kvm2"),
    *("xhyve", "hyperkit", "parallels", "generic", "vz", "wsl2"),
)
_PLUGIN = "docker-machine-driver-"

Name = Annotated[
    str | None,
    typer.Option(
        "--machine",
        metavar="NAME",
        help="The virtual machine that is to have it; each version has one of its own otherwise.",
        autocompletion=lambda ctx, incomplete: complete(ctx, incomplete),
    ),
]
Driver = Annotated[
    str | None,
    typer.Option(
        "--driver",
        metavar="D",
        help="What runs a new virtual machine, such as virtualbox or qemu.",
        autocompletion=lambda ctx, incomplete: complete_driver(ctx, incomplete),
    ),
]
InPlace = Annotated[
    bool,
    typer.Option(
        "--in-place", help="Replace the engine of one virtual machine; rollback brings it back."
    ),
]
KeepRunning = Annotated[
    bool,
    typer.Option("--keep-running", help="Do not stop the virtual machine or engine before it."),
]


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of a virtual machine; `flags` are the words behind `--`, for its keeper."""

    machine: str | None
    driver: str | None
    in_place: bool
    keep_running: bool
    flags: tuple[str, ...]

    def wish(self, session: Session, backend: str) -> "VmWish":
        """As a switch understands it; raises AboutMachines where that backend has none."""
        from dockswitch.switching.options import VmWish

        if session.keeper is None:
            self._refuse(backend)
            return VmWish()
        return VmWish(
            self.machine or "",
            self.driver or _usual_driver(session),
            in_place=self.in_place,
            keeps_running=self.keep_running,
            flags=self.flags,
        )

    def refuse_back(self, keeper: Keeper) -> None:
        """Raises NotInMachines for what an earlier generation decides by itself."""
        refuse_unmeant(keeper, machine=self.machine, driver=self.driver, in_place=self.in_place)

    def _refuse(self, backend: str) -> None:
        said = {
            "--machine": self.machine,
            "--driver": self.driver,
            "--in-place": self.in_place,
            "--keep-running": self.keep_running,
            "what stands behind --": self.flags,
        }
        for option, value in said.items():
            if value:
                raise AboutMachines(option, backend)


def said(
    ctx: typer.Context,
    machine: str | None,
    driver: str | None,
    in_place: bool,  # as it was said
    keep_running: bool,  # likewise
) -> Said:
    return Said(machine, driver, in_place, keep_running, tuple(options.behind(ctx)))


def as_now(now: "Generation") -> "VmWish":
    """For a newer engine where that generation's is: a version's own machine gives way to another
    such machine, and one with a name of a person's own gets the engine in place.
    """
    from dockswitch.switching.options import VmWish
    from dockswitch.switching.vm_goal import name_of

    vm = now.vm
    if vm is None or now.version is None:
        return VmWish()
    if vm.name == name_of(now.version):
        return VmWish(driver=vm.driver, flags=vm.flags)
    return VmWish(vm.name, vm.driver, in_place=True, flags=vm.flags)


def mention_ways(session: Session, outcome: "Outcome") -> None:
    """How a shell reaches the engine in the machine in use."""
    at = f" at {outcome.host}" if outcome.host else ""
    each_time = f", or `docker --context {outcome.context}` each time" if outcome.context else ""
    session.report.note(
        f'it answers{at}: eval "$(dockswitch env --user)" leads docker there in a shell{each_time}'
    )


def refuse_unmeant(keeper: Keeper | None, **said: object) -> None:
    """Raises NotInMachines for an option that was said and means nothing in a machine of that
    keeper's; none is refused where no virtual machine is meant.
    """
    for name, value in said.items():
        if keeper is not None and value not in (None, False, []):
            raise NotInMachines(f"--{name.replace('_', '-')}", keeper)


def _usual_driver(session: Session) -> str:
    """That of the settings, else that of the machine in use; empty for the keeper's own choice.

    The setting is docker-machine's, which has none that serves everywhere; Lima has.
    """
    from dockswitch.vms import record

    if session.keeper == "machine" and session.settings["driver"].value:
        return session.settings["driver"].value
    known = record.in_use(session.system)
    return known.vm.driver if known is not None and known.vm.keeper == session.keeper else ""


def complete(ctx: typer.Context, incomplete: str) -> list[str]:
    """The virtual machines that dockswitch was given, and others of its keepers'."""
    from dockswitch.system import files

    layout = Session(ctx, keeper="machine").layout
    folders = [layout.vm_record(keeper, "").rstrip("/") for keeper in KEEPERS]
    folders += [f"{layout.machines}/machines", layout.lima]
    names = [name for folder in folders for name in files.names(layout.real(folder))]
    return spec.beginning([name for name in names if name[0] not in "._"], incomplete)


def complete_driver(ctx: typer.Context, incomplete: str) -> list[str]:
    """Those that are well known, behind those whose programs are on PATH."""
    import os

    from dockswitch.system import files

    folders = os.environ.get("PATH", "").split(os.pathsep)
    programs = (name for folder in folders if folder for name in files.names(folder))
    here = [name[len(_PLUGIN) :] for name in programs if name.startswith(_PLUGIN)]
    return spec.beginning([*sorted(here), *_DRIVERS], incomplete)


class AboutMachines(UsageError):
    """An option for virtual machines, where the backend's engines are in none."""

    def __init__(self, option: str, backend: str) -> None:
        super().__init__(
            f"{option} is about virtual machines, and the {backend} backend has none",
            hint="leave it out, or say --backend machine (docker-machine) or --backend lima",
        )


class NotInMachines(UsageError):
    """An option for engines of this machine itself, where a virtual machine is to have it."""

    def __init__(self, option: str, keeper: Keeper) -> None:
        whys: dict[str, tuple[str, str]] = {
            "--client-only": (
                "a virtual machine brings an engine, and no client for this machine",
                "`dockswitch use SPEC --user --client-only --backend static` links one",
            ),
            "--no-start": (
                "an engine in a virtual machine is proven before it is in use, and so is started",
                f"`dockswitch install SPEC --backend {keeper}` fetches all that is needed for it",
            ),
            "--experimental": (
                "what a new virtual machine's engine is told stands behind --",
                "-- --engine-opt experimental=true" if keeper == "machine" else "leave it out",
            ),
            "--data": (
                "each virtual machine has a data-root of its own",
                "leave it out; --machine NAME keeps several of them apart",
            ),
            "--revert-after": (
                "what goes back by itself may be without what machines need: a session, a PATH",
                "leave it out; `dockswitch rollback` goes back",
            ),
            "--hold": (
                "nothing but a switch changes the engine of a virtual machine",
                "leave it out",
            ),
            "--package": (
                "packages of this machine are what --backend apt installs",
                "leave it out",
            ),
            "--suite": (
                "what the virtual machine itself is decides for its packages",
                "leave it out",
            ),
            "--machine": (
                "the earlier engine is in the place that it had",
                "leave it out, or name the version",
            ),
        }
        why, hint = whys.get(option, whys["--machine"])
        super().__init__(f"{option} means nothing for the {keeper} backend", details=why, hint=hint)
