"""sudo: our own command once more, as root, with the little that it needs of our environment."""

import os
from collections.abc import Mapping, Sequence

from dockswitch.model.layout import Layout, own_uid
from dockswitch.system.own_command import own_command

_OURS = "DOCKSWITCH_"
_KEPT = frozenset(
    {
        *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
        *("no_color", "ssl_cert_file", "ssl_cert_dir", "requests_ca_bundle", "curl_ca_bundle"),
        *("netrc", "xdg_config_home"),
    }
)


def is_there() -> bool:
    import shutil

    return shutil.which("sudo") is not None


def again(words: Sequence[str], names: Sequence[str], *, asks: bool) -> list[str]:
    """The command line; sudo may ask for a password only where `asks`.

    Of the environment the `names` go along and nothing else: named, since a value on a command
    line is read by everybody and written into sudo's log.
    """
    never = [] if asks else ["-n"]
    return ["sudo", *never, f"--preserve-env={','.join(names)}", *own_command(), *words]


def kept(env: Mapping[str, str]) -> list[str]:
    """The names of what is set and is to survive: our own, proxies, certificates, colour."""
    return sorted(name for name in env if name.startswith(_OURS) or name.lower() in _KEPT)


def lent(env: Mapping[str, str]) -> dict[str, str]:
    """What the person's home decides, said so that it holds with root's home too.

    sudo gives root's HOME, and with `always_set_home` nothing can be done about it.
    """
    found: dict[str, str] = {}
    home = env.get("HOME") or os.path.expanduser("~")
    secrets = [path for path in (f"{home}/.netrc", f"{home}/_netrc") if os.path.isfile(path)]
    if secrets and "NETRC" not in env:
        found["NETRC"] = secrets[0]
    own = Layout.of_user(env=env, uid=own_uid()).config
    if os.path.isdir(own):
        found["XDG_CONFIG_HOME"] = os.path.dirname(own)
    return found
