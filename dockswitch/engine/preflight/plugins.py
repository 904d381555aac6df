"""Plugins of the docker client that a static engine does not bring: compose and buildx."""

from collections.abc import Collection, Mapping

from dockswitch.model.finding import Finding
from dockswitch.model.ports import Reader

# docker/cli:cli-plugins/manager/manager_unix.go@v28.5.2, behind the person's own folder
_FOLDERS = (
    *("/usr/local/lib/docker/cli-plugins", "/usr/local/libexec/docker/cli-plugins"),
    *("/usr/lib/docker/cli-plugins", "/usr/libexec/docker/cli-plugins"),
)
_PLUGINS = ("compose", "buildx")


def findings(
    reader: Reader, env: Mapping[str, str], brings: Collection[str] = ()
) -> tuple[Finding, ...]:
    """Those that are there stay, whatever engine is used; `env` is the person's.

    `brings` are the names of what comes with the engine: out of packages it brings plugins.
    """
    own = folder(env)
    places = ":".join((f"{own}/cli-plugins", *_FOLDERS))
    missing = [
        name
        for name in _PLUGINS
        if f"cli-plugins/docker-{name}" not in brings
        and reader.program(f"docker-{name}", places) is None
    ]
    if not missing:
        return ()
    names = " and ".join(f"`docker {name}`" for name in missing)
    return (
        Finding(
            f"no plugin brings {names}, and no static archive does",
            f"`--from deb` takes them along with an engine; or put docker-{missing[0]} of "
            f"github.com/docker/{missing[0]}/releases in {own}/cli-plugins with mode 755"
            + (f", docker-{missing[1]} likewise" if len(missing) > 1 else ""),
        ),
    )


def folder(env: Mapping[str, str]) -> str:
    """Where a person's docker client keeps what is theirs."""
    return env.get("DOCKER_CONFIG") or f"{env.get('HOME', '')}/.docker"
