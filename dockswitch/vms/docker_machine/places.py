"""Where docker-machine keeps a machine, in its store; paths are paths inside the root."""

from dockswitch.model.layout import Layout

IMAGE = "boot2docker.iso"


def machines(layout: Layout) -> str:
    """The folder of all machines."""
    return f"{layout.machines}/machines"


def folder(layout: Layout, name: str) -> str:
    """That of one: docker-machine takes it to be there exactly where this folder is."""
    return f"{machines(layout)}/{name}"


def config(layout: Layout, name: str) -> str:
    return f"{folder(layout, name)}/config.json"


def image(layout: Layout, name: str) -> str:
    """What it boots from."""
    return f"{folder(layout, name)}/{IMAGE}"


def certificate(layout: Layout, name: str) -> str:
    """The engine's own, which is made as its machine is provisioned."""
    return f"{folder(layout, name)}/server.pem"
