"""Containers that do nothing but run, in an engine below a root."""

from __future__ import annotations

from pathlib import Path

from tests.integration import whole
from tests.integration.image import image_of
from tests.integration.program import Dockswitch


def image(program: Dockswitch) -> None:
    whole.docker(program, "import", "-", "sleeper", given=image_of(Path("/bin/sleep")))


def run(program: Dockswitch, name: str, *options: str, network: str = "none") -> None:
    """One that ends when it is asked to, for which it has an init."""
    named = ["--detach", "--init", "--name", name, "--network", network, *options]
    whole.docker(program, "run", *named, "sleeper", "/sleep", "600")


def running(program: Dockswitch) -> set[str]:
    return set(whole.docker(program, "ps", "--format", "{{.Names}}").split())


def there(program: Dockswitch) -> set[str]:
    """Running or not."""
    return set(whole.docker(program, "ps", "--all", "--format", "{{.Names}}").split())
