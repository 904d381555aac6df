"""What the scripts of a world's packages do, as debhelper's dh_installsystemd has them do it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tests.world import payloads

if TYPE_CHECKING:
    from tests.world.services import Services

_POLICY = "/usr/sbin/policy-rc.d"


class Scripts:
    """`known` are the units that deb-systemd-helper enabled once: a person's word counts then."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.known: set[str] = set()

    def configure(self, name: str, version: str) -> None:
        """postinst: its units are enabled where they are new, and started or restarted."""
        for unit in payloads.units(name, version):
            self._services.unmask(unit)
            if unit not in self.known:
                self.known.add(unit)
                self._services.enable(unit)
            if unit == payloads.SOCKET:
                self._services.groups.add("docker")
        if self._services.at_work:
            self._services.reload()
            self._restart(payloads.units(name, version))

    def stop(self, name: str, version: str) -> None:
        """prerm of a removal"""
        if self._services.at_work and not self._forbidden:
            self._services.stop(payloads.units(name, version))

    def removed(self, name: str, version: str) -> None:
        """postrm of a removal: what was enabled stays so, behind a mask."""
        if self._services.at_work:
            self._services.reload()
        for unit in payloads.units(name, version):
            self._services.mask(unit)

    def _restart(self, units: Sequence[str]) -> None:
        """deb-systemd-invoke: what a person disabled and stopped is left alone."""
        if self._forbidden:
            return
        services = self._services
        wanted = [unit for unit in units if services.is_enabled(unit) or services.is_active(unit)]
        services.stop(wanted)
        for unit in wanted:
            services.start(unit)  # whether that works is nothing to a script

    @property
    def _forbidden(self) -> bool:
        return b"exit 101" in (self._services.files.read(_POLICY) or b"")
