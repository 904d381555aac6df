"""A plan rendered on the controller and run as a shell script, for hosts that lack a newer Python.

It is for any host; what a program does over and above one switch, such as going back, it cannot.
"""

# Copyright: the dockswitch authors. MIT, see https://opensource.org/licenses/MIT

from __future__ import annotations

import shlex
import tempfile
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible_collections.dockswitch.engine.plugins.plugin_utils import controller, words
from ansible_collections.dockswitch.engine.plugins.plugin_utils.host import (
    NAMES,
    OnHost,
    Said,
    plain_of,
)

#: What `--for` wants to hear, by whatever tools a host has. Who has no dpkg installs no packages.
_ASKS = """\
test -e /etc/os-release && . /etc/os-release
codename=${VERSION_CODENAME:-$(lsb_release -cs 2>/dev/null)}
if arch=$(dpkg --print-architecture 2>/dev/null) && test -n "$codename"; then
    printf '{"host": "%s:%s/%s"}\\n' "$ID" "$codename" "$arch"
else
    printf '{"host": "linux/%s"}\\n' "$(uname -m)"
fi
"""


def refuse_unfit(given: dict[str, Any]) -> None:
    """Raises AnsibleActionFail where a script cannot do what is asked."""
    unfit = [name for name in ("data", "probe", "root") if given[name]]
    if given["state"] != "present":
        unfit.append(f"state: {given['state']}")
    if not unfit:
        return
    what = f"{' and '.join(unfit)} wants dockswitch itself on the host"
    if given["form"] == "sh":
        raise AnsibleActionFail(f"{what}, and a script goes without; leave out `form: sh`")
    raise AnsibleActionFail(
        f"{what}, which needs Python 3.10 there; name a newer one in ansible_python_interpreter, "
        "or have the host switch with `state: present` and the version that is wanted, which a "
        "shell script does"
    )


def switch(action: OnHost, given: dict[str, Any], *, check: bool) -> Said:
    """Has the host switch by a script that is for hosts such as it."""
    host = plain_of(action.in_shell(_ASKS))["host"]
    rendered = _rendered(given, host)
    said = _run(action, rendered["text"], check=check)
    told = {name: rendered[name] for name in ("channel", "trust")}
    return Said({**said.plain, **told, "form": "sh"}, said.code)


def _rendered(given: dict[str, Any], host: str) -> dict[str, Any]:
    options = [("--for", host), ("--backend", given["backend"]), ("--mirror", given["mirror"])]
    told = [word for option, value in options if value for word in (option, value)]
    said = ["export", "sh", *words.spec(given), *told]
    if given["hold"] is not None:
        said.append("--hold" if given["hold"] else "--no-hold")
    with tempfile.TemporaryDirectory() as folder:
        if given["lock"]:
            Path(folder, NAMES["lock"]).write_bytes(Path(given["lock"]).read_bytes())
            said.append("--locked")
        settings = words.settings(given)
        plain: dict[str, Any] = controller.says(given["program"], said, settings, folder)
    return plain


def _run(action: OnHost, text: str, *, check: bool) -> Said:
    options = ["--json", *(["--check"] if check else [])]
    if action.pipes():
        ran = action.in_shell(shlex.join(["sh", "-s", "--", *options]), text=text)
    else:
        place = action.carried("engine.sh", text.encode())
        ran = action.in_shell(f"{shlex.join(['sh', place, *options])} </dev/null")
    return Said(plain_of(ran), ran["rc"])
