"""Images that a trial gets from the machine's engine: copied from socket to socket."""

import posixpath
from collections.abc import Sequence
from urllib.parse import quote

from dockswitch.engine import api
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.model.errors import DockswitchError
from dockswitch.model.ports import Progress, System

_PLAIN = "/:@"  # of an image's name


def refuse_missing(system: System, images: Sequence[str]) -> None:
    """Before anything is started; raises NoSuchImage and NobodyHasImages."""
    for image in images:
        _found(system, DaemonConfig.read(system).socket, image)


def copy(system: System, image: str, socket: str, progress: Progress) -> None:
    """Into the engine that answers on `socket`. Raises as above, and NotCopied."""
    source = DaemonConfig.read(system).socket
    name, size = _found(system, source, image)
    add = progress.begin(f"copying {image}", size)
    try:
        answer = system.pour(
            source, f"/images/{quote(name, safe=_PLAIN)}/get", socket, "/images/load?quiet=1", add
        )
    finally:
        progress.end()
    if answer is None or answer.status != 200:
        raise NotCopied(image, api.reason(answer))
    if b'"error"' in answer.body:  # told in a stream that began with 200
        raise NotCopied(image, answer.body.decode(errors="replace").strip())


def _found(system: System, socket: str, image: str) -> tuple[str, int | None]:
    """The image's name with its tag, since without one an engine gives all tags; its bytes."""
    answer = system.call(socket, "GET", f"/images/{quote(image, safe=_PLAIN)}/json", timeout=30)
    if answer is None:
        raise NobodyHasImages(image, system.layout.real(socket))
    if answer.status != 200:
        raise NoSuchImage(image, api.reason(answer))
    told = api.parsed(answer)
    size = told.get("Size")
    bare = not {":", "@"} & set(posixpath.basename(image))
    tagged = f"{image}:latest" if bare and f"{image}:latest" in _tags(told) else image
    return tagged, size if isinstance(size, int) else None


def _tags(told: api.Object) -> list[str]:
    tags = told.get("RepoTags")
    return [str(tag) for tag in tags] if isinstance(tags, list) else []


class NoSuchImage(DockswitchError):
    def __init__(self, image: str, why: str) -> None:
        super().__init__(
            f"the engine here has no image {image}",
            details=why,
            hint=f"`docker pull {image}` fetches it; or leave out --with-image, and pull it within",
        )


class NobodyHasImages(DockswitchError):
    def __init__(self, image: str, socket: str) -> None:
        super().__init__(
            f"there is nobody to copy {image} from",
            details=f"no engine answers on {socket}",
            hint=f"start the engine here, or `docker pull {image}` in the trial",
        )


class NotCopied(DockswitchError):
    def __init__(self, image: str, why: str) -> None:
        super().__init__(
            f"{image} did not get into the trial",
            details=why,
            hint=f"leave out --with-image {image}, and `docker pull` it in the trial",
        )
