"""Whether there is room for the binaries, and for what an engine writes as it starts."""

from dockswitch.model.errors import DockswitchError
from dockswitch.model.finding import Finding
from dockswitch.model.ports import Reader

# An archive unpacks to three times its size (20.10 to 28, measured), and a log wants room too.
_UNPACKED = 4
_LEAST = 32 << 20  # bytes that an engine writes as it starts, and the container that proves it
_LITTLE = 1 << 30  # bytes in which a few images fill a data-root


def findings(reader: Reader, data_root: str, archive: int) -> tuple[Finding, ...]:
    """`archive` is the size in bytes of what would be fetched, 0 where nothing is."""
    return (*_for_binaries(reader, archive), *_for_data(reader, data_root))


def _for_binaries(reader: Reader, archive: int) -> tuple[Finding, ...]:
    state = reader.layout.state
    # An engine on trial has its data-root there too.
    free, wanted = reader.free(state), archive * _UNPACKED + _LEAST
    if free >= wanted:
        return ()
    return (Finding.of(NoRoom(reader.layout.real(state), free, wanted, "`dockswitch prune`")),)


def _for_data(reader: Reader, data_root: str) -> tuple[Finding, ...]:
    free, real = reader.free(data_root), reader.layout.real(data_root)
    if free < _LEAST:
        return (Finding.of(NoRoom(real, free, _LEAST, "`docker system prune`")),)
    if free < _LITTLE:
        what = f"only {size(free)} are free in {real}, where images and containers go"
        return (Finding(what, "`docker system prune` removes what no container uses"),)
    return ()


def size(count: int) -> str:
    """Bytes as people read them."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"


class NoRoom(DockswitchError):
    def __init__(self, path: str, free: int, wanted: int, mends: str) -> None:
        super().__init__(
            f"there is no space for it in {path}",
            details=f"{size(free)} are free there, and {size(wanted)} are wanted",
            hint=f"{mends} makes room, or a larger disk does; nothing was changed",
        )
