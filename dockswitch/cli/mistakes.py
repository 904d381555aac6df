"""What is said where the words of a command line are wrong, or the system refuses what they ask."""

import errno
from collections.abc import Sequence

from dockswitch.model.errors import DockswitchError, UsageError


class BadWords(UsageError):
    """`message` is typer's; `path` is the command as far as it is known."""

    def __init__(self, message: str, path: str) -> None:
        import re

        said = message.rstrip(".").replace("not a valid int", "not a number")
        said = re.sub(r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", r"too much: \1", said)
        said, _, like = said.partition(" (Possible options: ")
        meant = f"did you mean {like.rstrip(')').replace(', ', ' or ')}? " if like else ""
        super().__init__(
            said[:1].lower() + said[1:], hint=f"{meant}`{path} --help` shows the forms"
        )


class NoSuchCommand(UsageError):
    """`path` is what was said before it; a word that is a spec may want `use` before it."""

    def __init__(self, name: str, path: str, known: Sequence[str]) -> None:
        from dockswitch.model.near import near

        like = [f"`{path} {each}`" for each in near(name, known)[:2]]
        if not like and path == "dockswitch" and _is_spec(name):
            like = [f"`dockswitch use {name}`"]
        meant = f"did you mean {' or '.join(like)}? " if like else ""
        super().__init__(
            f"there is no command {name!r}", hint=f"{meant}`{path} --help` lists them all"
        )


def _is_spec(word: str) -> bool:
    from dockswitch.model import wish
    from dockswitch.model.catalog import Catalog

    return word in Catalog.shipped().channels or wish.parse_version(word) is not None


_OTHER = "something else stands at that place: look at it, and move it aside"


class FromTheSystem(DockswitchError):
    """What the operating system refused."""

    def __init__(self, error: OSError) -> None:
        hints = {
            "EACCES": "run it as root (`sudo dockswitch …`), or below a root of your own: --root",
            "EPERM": "run it as root (`sudo dockswitch …`), or below a root of your own: --root",
            **dict.fromkeys(("EISDIR", "ENOTDIR", "EEXIST", "ELOOP"), _OTHER),
            "ENOSPC": "free some space (`dockswitch prune` removes versions that nothing needs)",
        }
        name = errno.errorcode.get(error.errno or 0, "")
        said = str(error.strerror or error)
        where = f": {error.filename}" if error.filename else ""
        super().__init__(said[:1].lower() + said[1:] + where, hint=hints.get(name, ""))
