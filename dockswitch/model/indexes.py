"""An index of packages that is not believed, whoever read it: dockswitch itself, or apt."""

from dockswitch.model.errors import NotAuthentic


class IndexExpired(NotAuthentic):
    """`what` is how far it is off."""

    def __init__(self, url: str, what: str) -> None:
        super().__init__(
            f"{url} is not of this day",
            details=what,
            hint="look at this machine's clock (`date`); an old index may be an attack, or a "
            "mirror that is no longer updated",
        )


class IndexMismatch(NotAuthentic):
    def __init__(self, url: str, what: str) -> None:
        super().__init__(
            f"{url} is not what the signed index announces",
            details=what,
            hint="the server may be in the middle of an update: try again in some minutes",
        )
