"""`ls` and `active`: every machine of the store in one look, which one bad file spoils."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tests.standins.docker_machine import go, states, store
from tests.standins.docker_machine.call import Call, Fails
from tests.standins.docker_machine.flags import Given

_FIELDS = (
    *("Name", "Active", "ActiveHost", "ActiveSwarm", "DriverName", "State", "URL"),
    *("SwarmOptions", "Swarm", "EngineOptions", "Error", "DockerVersion", "ResponseTime"),
)
_COLUMNS = (
    ("NAME", "Name"),
    ("ACTIVE", "Active"),
    ("DRIVER", "DriverName"),
    ("STATE", "State"),
    ("URL", "URL"),
    ("SWARM", "Swarm"),
    ("DOCKER", "DockerVersion"),
    ("ERRORS", "Error"),
)


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    driver: str
    state: str
    url: str = ""
    version: str = "Unknown"
    error: str = ""

    def fields(self, active: str) -> dict[str, str]:
        here = self.state == "Running" and self.url != "" and self.url == active
        values = {
            "Name": self.name,
            "Active": "*" if here else "-",
            "ActiveHost": str(here).lower(),
            "ActiveSwarm": "false",
            "DriverName": self.driver,
            "State": self.state,
            "URL": self.url,
            "DockerVersion": self.version,
            "Error": self.error,
            "ResponseTime": "0s",
        }
        return {name: values.get(name, "") for name in _FIELDS}


def listed(call: Call, given: Given) -> None:
    filters = _filters(given.all("filter"))
    template = given.text("format")
    as_table = template.startswith("table ")
    template = template.removeprefix("table ").replace("\\t", "\t")
    try:
        named = go.fields(template)
    except go.TemplateError as error:
        raise Fails(str(error)) from None
    rows = [row for row in _rows(call, quick=given.on("quiet")) if _passes(row, filters)]
    if given.on("quiet"):
        for row in rows:
            call.say(row.name)
        return
    unknown = next((name for name in named if name not in _FIELDS), None)
    if unknown is not None and rows:
        raise Fails(
            f'template: :1:2: executing "" at <.{unknown}>: can\'t evaluate field {unknown} in '
            "type commands.HostListItem"
        )
    told = [row.fields(call.env.get("DOCKER_HOST", "")) for row in rows]
    if not template:
        heads = [head for head, _ in _COLUMNS]
        call.say(go.table([heads, *([each[name] for _, name in _COLUMNS] for each in told)]))
        return
    if as_table:
        heads_by_name = {name: head for head, name in _COLUMNS}
        call.say(go.replaced(template, {name: heads_by_name.get(name, name) for name in named}))
    for each in told:
        call.say(go.replaced(template, each))


def active(call: Call) -> None:
    at = call.env.get("DOCKER_HOST", "")
    found = [row for row in _rows(call) if row.fields(at)["Active"] == "*"]
    if not found:
        raise Fails("No active host found")
    call.say(found[0].name)


def _rows(call: Call, *, quick: bool = False) -> list[Row]:
    found = [_row(call, name, quick=quick) for name in store.names(call)]
    return sorted(found, key=lambda row: row.name.lower())


def _row(call: Call, name: str, *, quick: bool) -> Row:
    """A config.json that says no version ends the whole program."""
    try:
        host = store.host(call, name)
    except Fails as failure:
        if failure.code == 2:
            raise
        return Row(name, "not found", "Error", error=failure.said)
    missing = store.why_no_driver(call, host) is not None
    driver = "not-found" if missing else host.driver_name
    now = states.found(call, host)
    if now.error or now.state != "Running":
        return Row(name, driver, now.state, error=now.error)
    url = states.url(call, host)
    if quick:
        return Row(name, driver, now.state, url)
    try:
        return Row(name, driver, now.state, url, f"v{states.version(call, host)}")
    except Fails as failure:
        return Row(name, driver, now.state, url, error=failure.said)


def _filters(said: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in said:
        key, equals, value = each.partition("=")
        if not equals:
            raise Fails("Unsupported filter syntax")
        if key not in ("swarm", "driver", "state", "name", "label"):
            raise Fails(f"Unsupported filter key '{key}'")
        found.setdefault(key, []).append(value)
    return found


def _passes(row: Row, filters: dict[str, list[str]]) -> bool:
    names, all_states = filters.get("name"), filters.get("state")
    drivers = filters.get("driver")
    return (
        (names is None or any(re.search(each, row.name) for each in names))
        and (all_states is None or row.state in all_states)
        and (drivers is None or row.driver in drivers)
    )
