"""Why a channel has nothing for a host: no archives, no architecture, no suite."""

from collections.abc import Sequence

from dockswitch.model.errors import NotForThisHost


class OnlyHere(NotForThisHost):
    """`package` is a distribution's own engine, which no address of ours leads to."""

    def __init__(self, channel: str, package: str) -> None:
        super().__init__(
            f"{channel} is only for the machine itself",
            details=f"it is the {package} that this machine's own apt has configured, neither "
            "below a root nor for another host",
            hint="leave out --root, --user and --for, or take another channel "
            "(`dockswitch channels`)",
        )


class NoSystem(NotForThisHost):
    def __init__(self, channel: str, system: str, systems: Sequence[str]) -> None:
        super().__init__(
            f"{channel} has no static archives for {system}",
            details=f"it has some for: {', '.join(systems)}",
            hint="`dockswitch channels` shows what each channel has",
        )


class NoArchitecture(NotForThisHost):
    """`archs` are those that have files there, as the backend calls them."""

    def __init__(self, channel: str, backend: str, arch: str, archs: Sequence[str]) -> None:
        super().__init__(
            f"{channel} has nothing for {arch} ({backend})",
            details=f"it has files for: {', '.join(archs)}",
            hint="`dockswitch channels` shows what each channel has; a host is named with "
            "--for DISTRO[:CODENAME]/ARCH",
        )


class NoSuite(NotForThisHost):
    """Docker has no suite for the host's codename, or the codename is not known."""

    def __init__(self, channel: str, host: str, distributions: Sequence[str]) -> None:
        super().__init__(
            f"{channel} has no packages for {host}",
            details=f"it has some for: {', '.join(distributions)}, and for what descends from them "
            "and keeps their codename",
            hint="say which fits with --suite (debian/bookworm) or --for DISTRO:CODENAME/ARCH, "
            "or take the static archive",
        )
