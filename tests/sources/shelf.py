"""A Reader whose index pages stand on a shelf."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from dockswitch.model.errors import DockswitchError
from dockswitch.model.ports import Finished, Index, Reader
from dockswitch.model.unreachable import NotServed
from dockswitch.system import commands


@dataclass
class Shelf:
    """`pages` by address; an error in a page's place is raised. `programs` may be run, no other."""

    pages: Mapping[str, bytes | DockswitchError]
    programs: Sequence[str] = ("gpgv",)
    time: str = "2023-02-04T00:00:00Z"
    asked: list[str] = field(default_factory=list)

    @property
    def reader(self) -> Reader:
        """The shelf as sources see it; they ask nothing else of a Reader."""
        return cast("Reader", self)

    def index(self, url: str) -> Index:
        self.asked.append(url)
        page = self.pages.get(url, NotServed(url))
        if isinstance(page, DockswitchError):
            raise page
        return Index(page, url, fresh=True)

    def indexes(self, urls: Sequence[str]) -> Sequence[Index | DockswitchError]:
        found: list[Index | DockswitchError] = []
        for url in urls:
            try:
                found.append(self.index(url))
            except DockswitchError as error:
                found.append(error)
        return found

    def run(
        self, argv: Sequence[str], *, timeout: float = 60, env: Mapping[str, str] | None = None
    ) -> Finished:
        if argv[0] not in self.programs:
            return Finished(127, "", f"{argv[0]}: not found")
        return commands.run(argv, timeout=timeout, env=env)

    def now(self) -> str:
        return self.time
