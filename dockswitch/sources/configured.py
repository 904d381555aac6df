"""A repository that apt has configured: packages, as apt last read them there."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from dockswitch.model.address import shown
from dockswitch.model.naming import PackageSpan
from dockswitch.model.origin import Configured
from dockswitch.model.ports import Reader
from dockswitch.model.release import Release
from dockswitch.model.unreachable import NeverFetched
from dockswitch.sources import packages_file

APT_HELPER = "/usr/lib/apt/apt-helper"


@dataclass(frozen=True, slots=True)
class ConfiguredRepository:
    """What apt keeps was authenticated by apt, as the machine's owner told it to."""

    channel: str
    at: Configured
    spans: tuple[PackageSpan, ...] = field(default=(), repr=False, compare=False)

    def __str__(self) -> str:
        return f"{shown(str(self.at.origin))} (as {self.at.origin.file} has it)"

    def releases(self, reader: Reader) -> Sequence[Release]:
        """What it had for this architecture when apt last read it, oldest first.

        Raises NeverFetched where apt keeps nothing any more.
        """
        origin = self.at.origin
        said = reader.run([APT_HELPER, "cat-file", self.at.index])
        if said.code:
            raise NeverFetched(shown(str(origin)))
        return packages_file.releases(
            said.out,
            channel=self.channel,
            url=origin.url,
            trust=self.at.trust,
            origin=origin,
            spans=self.spans,
        )
