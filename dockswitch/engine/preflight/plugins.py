"""Plugins of the docker client that a static engine does not bring: compose and buildx."""

from collections.abc import Mapping

from dockswitch.model.finding import Finding
from dockswitch.model.ports import Reader

# docker/cli:cli-plugins/manager/manager_unix.go@v28.5.2, behind the person's own folder
_FOLDERS = (
    *("/usr/local/lib/docker/cli-plugins", "/usr/local/libexec/docker/cli-plugins"),
    *("/usr/lib/docker/cli-plugins", "/usr/libexec/docker/cli-plugins"),
)
_PLUGINS = ("compose", "buildx")


def findings(reader: Reader, env: Mapping[str, str]) -> tuple[Finding, ...]:
    """Those that are there stay, whatever engine is used; `env` is the person's."""
    own = folder(env)
    places = ":".join((f"{own}/cli-plugins", *_FOLDERS))
    missing = [name for name in _PLUGINS if reader.program(f"docker-{name}", places) is None]
    if not missing:
        return ()
    names = " and ".join(f"`docker {name}`" for name in missing)
    return (
        Finding(
            f"no plugin brings {names}, and no static engine does",
            f"put docker-{missing[0]} of github.com/docker/{missing[0]}/releases in "
            f"{own}/cli-plugins with mode 755"
            + (f", docker-{missing[1]} likewise" if len(missing) > 1 else ""),
        ),
    )


def folder(env: Mapping[str, str]) -> str:
    """Where a person's docker client keeps what is theirs."""
    return env.get("DOCKER_CONFIG") or f"{env.get('HOME', '')}/.docker"
