"""Whether the engine in a machine runs a container, tried from within the machine."""

from dockswitch.model.errors import DockswitchError
from dockswitch.model.ports import System
from dockswitch.vms.docker_machine import calls

_NAME = "dockswitch-health"

# One line, one argument: what docker-machine hands to ssh is joined with spaces, and read by the
# guest's shell. Nothing is pulled: the image is made of a static program that came with the engine.
# That is docker-init; engines before 17.03 have none, and it is their own client then. What a
# killed try left goes first, and what this one leaves goes last.
SCRIPT = (
    'PATH="$PATH:/usr/local/bin:/usr/bin:/bin"; '
    f"clean() {{ docker rm -f {_NAME}; docker rmi -f {_NAME}; }}; "
    "clean >/dev/null 2>&1; "
    "it=$(command -v docker-init || command -v docker) && "
    f'tar -C "$(dirname "$it")" -ch "$(basename "$it")" | docker import - {_NAME} >/dev/null && '
    f'docker run --name {_NAME} --net none {_NAME} "/$(basename "$it")" --version; '
    "code=$?; clean >/dev/null 2>&1; exit $code"
)


def runs(system: System, name: str) -> str | None:
    """None where it does, or why it does not, in the guest's own words.

    docker-machine exits with 1 whatever the guest's program exited with, which stands in its words.
    """
    try:
        calls.done(system, name, "ssh", name, SCRIPT)
    except DockswitchError as error:
        return f"it runs no container: {error.details or error.message}"
    return None
