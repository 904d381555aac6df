"""Which docker a person's shell finds: the one that dockswitch links, or another before it."""

from collections.abc import Mapping

from dockswitch.model.errors import DockswitchError
from dockswitch.model.finding import Finding
from dockswitch.model.ports import Reader


def findings(reader: Reader, env: Mapping[str, str]) -> tuple[Finding, ...]:
    """To be asked where dockswitch linked a docker; `env` is the person's."""
    layout = reader.layout
    folder, path = layout.real(layout.bin), env.get("PATH", "")
    if folder not in path.split(":"):
        return (Finding.of(NotOnPath(folder)),)
    found = reader.program("docker", path)
    if found is None or found.path == f"{folder}/docker":
        return ()
    if found.leads.startswith(f"{layout.real(layout.versions)}/"):
        return ()
    return (Finding.of(Shadowed(found.path, folder)),)


class NotOnPath(DockswitchError):
    def __init__(self, folder: str) -> None:
        super().__init__(
            f"{folder} is not on PATH, so the docker there is not found",
            hint=f'`export PATH="{folder}:$PATH"`, and the same in your shell\'s profile',
        )


class Shadowed(DockswitchError):
    def __init__(self, path: str, folder: str) -> None:
        super().__init__(
            f"{path} comes before {folder}/docker on PATH: it is what `docker` runs",
            hint=f"remove {path} by the means that installed it, or put {folder} first: "
            f'`export PATH="{folder}:$PATH"` (then `hash -r`)',
        )
