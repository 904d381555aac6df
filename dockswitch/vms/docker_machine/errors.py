"""What can go wrong with docker-machine, each as an error for a person."""

from dockswitch.model.errors import DockswitchError, NotForThisHost, UsageError


class NoKeeper(NotForThisHost):
    def __init__(self, name: str, why: str = "") -> None:
        super().__init__(
            "docker-machine is not here" if not why else "docker-machine cannot be run",
            details=why or f"no program called {name} is on the PATH",
            hint="it is archived, and still published: "
            "https://github.com/docker/machine/releases; --backend lima needs limactl instead",
        )


class NoDriver(NotForThisHost):
    def __init__(self, driver: str, why: str = "") -> None:
        super().__init__(
            f"docker-machine has no driver {driver}",
            details=why or f"no program called docker-machine-driver-{driver} is on the PATH",
            hint="--driver names another, such as virtualbox",
        )


class NoImageDriver(UsageError):
    """A driver that makes no machine of an image: what engine it has cannot be chosen."""

    def __init__(self, driver: str) -> None:
        super().__init__(
            f"the driver {driver} boots no image of ours",
            details=f"`docker-machine create -d {driver} --help` has no flag for such an image",
            hint="--driver names another: virtualbox, hyperv, vmwarefusion, vmwarevsphere, or a "
            "plugin such as qemu or kvm",
        )


class VBoxManageMissing(NotForThisHost):
    def __init__(self) -> None:
        super().__init__(
            "VirtualBox is not here",
            details="no program called VBoxManage is on the PATH",
            hint="install VirtualBox, or name another driver with --driver",
        )


class NoVTx(NotForThisHost):
    def __init__(self) -> None:
        super().__init__(
            "this computer cannot run virtual machines",
            details="its processor has no VT-x or AMD-v, or that is turned off",
            hint="turn it on in the BIOS; where this is a virtual machine itself, behind `--`: "
            "--virtualbox-no-vtx-check",
        )


class Unprepared(NotForThisHost):
    """Its driver refused before anything was made (exit code 3)."""

    def __init__(self, why: str) -> None:
        super().__init__(
            "the driver makes no machine here",
            details=why,
            hint="nothing was made; put that right and try again",
        )


class BadMachineName(UsageError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name!r} names no machine",
            details="docker-machine takes letters, digits, hyphens and dots",
            hint="such as --machine docker-rc2",
        )


class BadFlags(UsageError):
    def __init__(self, why: str) -> None:
        super().__init__(
            "docker-machine does not take the flags behind `--`",
            details=why,
            hint="`docker-machine create -d DRIVER --help` lists those of a driver",
        )


class AlreadyThere(DockswitchError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"there is a machine {name} already",
            details="docker-machine made no other, and it is left as it is",
            hint=f"`dockswitch adopt --backend machine --machine {name}` takes it over",
        )


class NoSuchMachine(DockswitchError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"docker-machine knows no machine {name}",
            hint="`docker-machine ls` lists them; `dockswitch use … --backend machine` makes one",
        )


class CutShort(DockswitchError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"the machine {name} was not made to its end",
            details="its making was cut short, and nothing heals it",
            hint=f"`docker-machine rm -f {name}` removes what is there of it",
        )


class VmGone(DockswitchError):
    """docker-machine knows its name, and its driver has no such virtual machine any more."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the virtual machine behind {name} is gone",
            details="it was deleted behind docker-machine's back",
            hint=f"`docker-machine rm -y {name}` removes what is left of it",
        )


class HostNotRunning(DockswitchError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"the machine {name} is not running",
            hint=f"`dockswitch use` starts it, and so does `docker-machine start {name}`",
        )


class CertificatesInvalid(DockswitchError):
    def __init__(self, name: str, why: str) -> None:
        super().__init__(
            f"the certificates of the machine {name} do not fit its engine",
            details=why,
            hint=f"`docker-machine regenerate-certs {name}` makes new ones, and restarts the "
            "engine: its containers stop",
        )


class EngineSilent(DockswitchError):
    """Its engine is not reached: docker-machine speaks of certificates then as well."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(
            f"the engine in the machine {name} does not answer",
            details=why,
            hint=f"it may need some seconds; `docker-machine ssh {name}` shows why it does not",
        )


class ImageNotFetched(DockswitchError):
    def __init__(self, name: str, why: str) -> None:
        super().__init__(
            f"docker-machine did not get the image of {name}",
            details=why,
            hint="the image must stay where it is for as long as its machine lives",
        )


class DoesNotBoot(DockswitchError):
    def __init__(self, name: str, why: str) -> None:
        super().__init__(
            f"the virtual machine of {name} does not start",
            details=why,
            hint="its driver has more to say; `dockswitch uninstall` and `install` of that version "
            "fetch its image anew",
        )


class SshTimeout(DockswitchError):
    def __init__(self, name: str, why: str) -> None:
        super().__init__(
            f"nobody answers in the machine {name}",
            details=why,
            hint="an image that does not boot looks like that, and so does a network between "
            "this computer and its machines that is blocked by a VPN or a firewall",
        )


class DaemonTimeout(DockswitchError):
    def __init__(self, name: str, why: str) -> None:
        super().__init__(
            f"the engine in the machine {name} did not start in time",
            details=why,
            hint=f"`docker-machine ssh {name} tail /var/log/docker.log` shows why",
        )


class EngineTooNew(DockswitchError):
    def __init__(self, name: str, why: str) -> None:
        super().__init__(
            f"docker-machine is too old for the engine in the machine {name}",
            details=why,
            hint="`dockswitch env` and docker itself work with it; docker-machine's own `version` "
            "and `upgrade` do not",
        )


class DriverPanic(DockswitchError):
    def __init__(self, name: str, why: str) -> None:
        super().__init__(
            f"the driver of the machine {name} crashed",
            details=why,
            hint="it is a defect of the driver; another version of it, or another driver, may work",
        )


class SpoiledStore(DockswitchError):
    """`path` is a real one: the config.json at fault, or the store where none was found."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(
            f"{path} cannot be read",
            details=f"{why}; docker-machine crashes over it, also when asked for other machines",
            hint="restore it from a copy, or move its folder out of the store: the virtual machine "
            "itself is then unknown to docker-machine, and still there",
        )
        self.path = path


class TooLong(DockswitchError):
    def __init__(self, verb: str, name: str, seconds: float, said: str) -> None:
        last = said.strip().rpartition("\n")[2]
        super().__init__(
            f"`docker-machine {verb}` did not end within {seconds:g} s",
            details=f"it was ended; the last that it said was {last!r}" if last else "it was ended",
            hint=f"`docker-machine status {name}` tells how the machine stands, and "
            f"`docker-machine kill {name}` turns it off",
        )


class StillThere(DockswitchError):
    def __init__(self, name: str, folder: str, why: str) -> None:
        super().__init__(
            f"the machine {name} could not be removed",
            details=f"{why}; {folder} is there still",
            hint=f"`docker-machine rm -f {name}` removes what docker-machine knows of it, whatever "
            "became of the virtual machine",
        )


class Unclear(DockswitchError):
    def __init__(self, name: str, what: str) -> None:
        super().__init__(
            f"docker-machine does not tell how the machine {name} stands",
            details=what or "it says nothing",
            hint=f"`docker-machine status {name}` asks it again",
        )


class Failed(DockswitchError):
    """Anything else, in its own words."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"docker-machine failed with the machine {name}", details=why)
