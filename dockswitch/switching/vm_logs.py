"""The end of what the engine in the virtual machine in use said."""

from dockswitch.model.ports import Reader


def logs(reader: Reader, lines: int) -> tuple[str, ...]:
    raise NotImplementedError
