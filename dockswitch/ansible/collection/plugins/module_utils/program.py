"""Running dockswitch on a host: with the Python that the module runs in, and read back as data."""

# Copyright: the dockswitch authors. MIT, see https://opensource.org/licenses/MIT

from __future__ import annotations

import json
import sys
from typing import Any

PENDING = 10
OLDEST = (3, 10)


class Program:
    """dockswitch as a file on the host, or the one on PATH."""

    def __init__(self, module: Any, path: str | None, *, root: str | None = None) -> None:
        self._module = module
        self._root = root
        self._words = [sys.executable, path] if path else ["dockswitch"]

    def says(self, words: list[str]) -> dict[str, Any]:
        """What it answers; a failure of its ends the module, with the way out that it names."""
        if sys.version_info < OLDEST and self._words[0] == sys.executable:
            self._module.fail_json(
                msg="dockswitch needs Python 3.10 on the host, and this is "
                + ".".join(map(str, sys.version_info[:2])),
                python_too_old=True,
            )
        root = ["--root", self._root] if self._root else []
        argv = [*self._words, "--json", "--yes", "--progress", "never", *root, *words]
        code, out, err = self._module.run_command(argv, environ_update=self._settings())
        try:
            plain: dict[str, Any] = json.loads(out)
        except ValueError:
            self._module.fail_json(msg=f"dockswitch ended with {code}", stdout=out, stderr=err)
            raise
        if code not in (0, PENDING):
            self._fail(plain, code)
        plain.pop("command", None)
        plain.pop("schema", None)
        return {"changed": False, **plain}

    def _settings(self) -> dict[str, str]:
        given: dict[str, Any] = self._module.params.get("settings") or {}
        return {f"DOCKSWITCH_{name.upper()}": str(value) for name, value in given.items()}

    def _fail(self, plain: dict[str, Any], code: int) -> None:
        error = plain.get("error", {})
        hint = error.get("hint")
        said = ": ".join(part for part in (error.get("message"), error.get("details")) if part)
        self._module.fail_json(msg=f"{said}; {hint}" if hint else said, error=error, exit_code=code)
