"""What brings the wanted engine into a machine of Lima's: signed packages, or a static archive."""

from dockswitch.model.ports import Reader
from dockswitch.model.wish import Request
from dockswitch.switching.chosen import Chosen, LateCatalog


def choose(reader: Reader, catalog: LateCatalog, request: Request, source: str) -> Chosen:
    """For the guest, which `reader.host` is; packages where they have the release.

    `source` is whose sources were asked for, in the resolver's words. Raises what `choose` raises.
    """
    raise NotImplementedError
