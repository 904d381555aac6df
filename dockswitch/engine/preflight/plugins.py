"""Plugins of the docker client that a static engine does not bring: compose and buildx."""

from collections.abc import Mapping

from dockswitch.model.finding import Finding
from dockswitch.model.ports import Reader

# docker/cli:cli-plugins/manager/manager_unix.go@v28.5.2, behind the person's own folder
_FOLDERS = (
    *("/usr/local/lib/docker/cli-plugins", "/usr/local/libexec/docker/cli-plugins"),
    *("/usr/lib/docker/cli-plugins", "/usr/libexec/docker/cli-plugins"),
)
_PLUGINS = {
    "compose": "docker compose",
    "buildx": "docker buildx",
}


def findings(reader: Reader, env: Mapping[str, str]) -> tuple[Finding, ...]:
    """Those that are there stay, whatever engine is used; `env` is the person's."""
    own = folder(env)
    places = ":".join((f"{own}/cli-plugins", *_FOLDERS))
    missing = [name for name in _PLUGINS if reader.program(f"docker-{name}", places) is None]
    return tuple(
        Finding(
            f"there is no {name} plugin, without which there is no `{_PLUGINS[name]}`",
            f"its releases hold one file: github.com/docker/{name}/releases, to be put at "
            f"{own}/cli-plugins/docker-{name} with mode 755; Docker's packages call it "
            f"docker-{name}-plugin",
        )
        for name in missing
    )


def folder(env: Mapping[str, str]) -> str:
    """Where a person's docker client keeps what is theirs."""
    return env.get("DOCKER_CONFIG") or f"{env.get('HOME', '')}/.docker"
