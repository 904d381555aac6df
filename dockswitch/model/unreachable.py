"""What keeps a page or an archive from being read."""

from dockswitch.model.errors import NotPublished, Unreachable, UsageError


class BadAddress(UsageError):
    def __init__(self, url: str, what: str) -> None:
        super().__init__(
            f"{url} is not an address that dockswitch reads",
            details=what,
            hint="addresses begin with https://, file:/// or, on this machine only, http://",
        )


class PlainHttp(UsageError):
    """Anybody on the way may change what comes over http://."""

    def __init__(self, url: str, host: str) -> None:
        super().__init__(
            f"{url} is not read over plain http",
            details="nothing protects it on its way from another machine",
            hint=f"take its https:// address, or allow it by name with --allow-http {host}",
        )


class BadRedirect(Unreachable):
    def __init__(self, url: str, what: str) -> None:
        super().__init__(
            f"{url} sends elsewhere and is not followed",
            details=what,
            hint="name the address that it leads to with --mirror, or ask who runs the server",
        )


class NoAnswer(Unreachable):
    """`what` is the reason without the address; `tries` is how often it was asked for."""

    def __init__(self, url: str, what: str, tries: int = 1) -> None:
        self.url = url
        self.what = what
        super().__init__(
            f"cannot reach {url}",
            details=f"{what} ({tries} times)" if tries > 1 else what,
            hint="look at the network and at HTTPS_PROXY and NO_PROXY; --offline works with what "
            "was fetched before",
        )


class NotServed(NotPublished):
    def __init__(self, url: str, what: str = "the server answers 404") -> None:
        super().__init__(
            f"{url} is not there",
            details=what,
            hint="`dockswitch list-remote` shows what is published; look at --mirror if it is set",
        )


class Forbidden(Unreachable):
    def __init__(self, url: str, status: int) -> None:
        super().__init__(
            f"{url} is not for everybody",
            details=f"the {'proxy' if status == 407 else 'server'} answers {status}",
            hint="put the name and password for its host into ~/.netrc"
            if status != 407
            else "put name and password into HTTPS_PROXY (http://NAME:PASSWORD@PROXY)",
        )


class NotAnArchive(Unreachable):
    """`what` names what came instead."""

    def __init__(self, url: str, what: str) -> None:
        super().__init__(
            f"{url} did not send an archive",
            details=f"it sent {what}",
            hint="open the address in a browser; a proxy that wants a login answers like this",
        )


class WrongLength(Unreachable):
    def __init__(self, url: str, came: int, told: int) -> None:
        super().__init__(
            f"{url} did not come whole",
            details=f"{came} bytes of {told} came",
            hint="run the same command again",
        )


class TooMuch(Unreachable):
    def __init__(self, url: str, most: int, unit: str = "bytes") -> None:
        super().__init__(
            f"{url} does not end",
            details=f"more than {most} {unit} were not taken",
            hint="look at the server, or at the proxy in between",
        )


class Changed(Unreachable):
    """Two reads of one file would not give one file."""

    def __init__(self, url: str) -> None:
        super().__init__(
            f"{url} changed while it was read",
            details="what had come does not belong to what would come, so nothing was kept",
            hint="run the same command again",
        )


class NeverFetched(Unreachable):
    def __init__(self, url: str) -> None:
        super().__init__(
            f"{url} was never fetched",
            details="--offline works with what was fetched before, and this was not",
            hint="run the same command once without --offline",
        )
