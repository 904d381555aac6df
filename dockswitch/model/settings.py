"""Settings: command line, environment, user's file, system's file, built in; the first counts."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dockswitch.model.errors import UsageError

# name → what it is without any setting; the variable of NAME is DOCKSWITCH_NAME
BUILT_IN: dict[str, str] = {
    "mirror": "https://download.docker.com",
    "apt_mirror": "",
    "static_mirror": "",
    "image_mirror": "",
    "key_mirror": "",
    "allow_http": "",
    "channels": "",
    "backend": "",
    "driver": "",
    "offline": "no",
    "yes": "no",
    "log": "",
    "apt_wait": "600",
}
TRUE, FALSE = frozenset({"1", "yes", "true", "on"}), frozenset({"0", "no", "false", "off", ""})


@dataclass(frozen=True, slots=True)
class Setting:
    """One value (empty: not set) and where it came from."""

    name: str
    value: str
    origin: str

    @property
    def on(self) -> bool:
        """The value as yes or no; raises BadSetting."""
        word = self.value.lower()
        if word not in TRUE | FALSE:
            name = self.name if self.origin.endswith(".yaml") else ""
            raise BadSetting(
                self.origin, name, f"{self.value!r} is no answer", hint="say yes or no"
            )
        return word in TRUE

    @property
    def seconds(self) -> float:
        """The value as a time; raises BadSetting."""
        # as Python reads them, `nan` and `inf` are numbers too
        if not re.fullmatch(r"\d+(?:\.\d+)?", self.value):
            raise BadSetting(
                self.origin,
                self.name if self.origin.endswith(".yaml") else "",
                f"{self.value!r} is no time",
                hint="say how many seconds, such as 600",
            )
        return float(self.value)

    @property
    def words(self) -> tuple[str, ...]:
        """The value as several words, separated by commas or spaces."""
        return tuple(self.value.replace(",", " ").split())


def settle(
    given: Mapping[str, str], env: Mapping[str, str], files: Sequence[tuple[str, str]]
) -> dict[str, Setting]:
    """Every setting; `files` are (path, YAML text), the first outranks the second.

    Raises BadSetting for a key or value that nobody knows.
    """
    read = [(path, parsed(path, text)) for path, text in files]
    settled = {}
    for name, built_in in BUILT_IN.items():
        variable = f"DOCKSWITCH_{name.upper()}"
        places = [("command line", given.get(name)), (variable, env.get(variable))]
        places += [(path, values.get(name)) for path, values in read]
        said = [(value, origin) for origin, value in places if value is not None]
        value, origin = said[0] if said else (built_in, "built in")
        settled[name] = Setting(name, value, origin)
    return settled


def parsed(path: str, text: str) -> dict[str, str]:
    """The settings of one file; keys may be written with - or _."""
    import yaml  # costs 16 ms: only where there is a file

    try:
        plain = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        place = f"{path}:{mark.line + 1}" if mark else path
        raise BadSetting(place, "", f"is no YAML: {problem or error}") from None
    if not isinstance(plain, dict):
        raise BadSetting(path, "", "expected lines such as `offline: yes`")
    return dict(_checked(path, str(key), value) for key, value in plain.items())


def _checked(path: str, key: str, value: object) -> tuple[str, str]:
    name = key.replace("-", "_")
    if name not in BUILT_IN:
        near = difflib.get_close_matches(name, BUILT_IN, 1)
        meant = f"; did you mean {near[0]}?" if near else ""
        raise BadSetting(path, key, f"there is no such setting{meant}")
    if isinstance(value, list):
        return name, " ".join(str(each) for each in value)
    if isinstance(value, bool):
        return name, "yes" if value else "no"
    if isinstance(value, (str, int, float)):
        return name, str(value)
    raise BadSetting(path, key, "wants a word, yes or no, or a list of words")


class BadSetting(UsageError):
    def __init__(self, origin: str, name: str, what: str, hint: str = "") -> None:
        super().__init__(
            f"{origin}: {name + ': ' if name else ''}{what}",
            hint=hint or f"settings: {', '.join(BUILT_IN)}",
        )
