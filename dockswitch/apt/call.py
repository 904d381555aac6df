"""The one door to apt-get and dpkg: nobody is asked anything, and all is in a log."""

from collections.abc import Callable, Sequence

from dockswitch.model.layout import Layout
from dockswitch.model.ports import Finished, Reader, System

_ENVIRONMENT = {
    "DEBIAN_FRONTEND": "noninteractive",
    "DEBIAN_PRIORITY": "critical",
    # services are restarted by their packages alone
    "NEEDRESTART_SUSPEND": "1",
    "NEEDRESTART_MODE": "l",
    "APT_LISTCHANGES_FRONTEND": "none",
    "APT_LISTBUGS_FRONTEND": "none",
    "UCF_FORCE_CONFFOLD": "1",
}
# A configuration file that was changed is kept; one that was not is as the package has it.
_FILES = ("--force-confdef", "--force-confold")
_OPTIONS = (
    *("--quiet", "--assume-yes", "-o", "Dpkg::Use-Pty=0"),
    # Locks are waited for before, with a message; this is for who comes in between.
    *("-o", "DPkg::Lock::Timeout=60"),
    *(word for each in _FILES for word in ("-o", f"Dpkg::Options::={each}")),
)
# apt sees what is installed and the files that it is told, and no source: it neither reads what
# they offer, nor fetches from one of them what lies here, as it does with a file that one has too.
# Its caches are of all sources, and so are left alone.
ALONE = (
    *("-o", "Dir::Etc::sourcelist=/dev/null", "-o", "Dir::Etc::sourceparts=/dev/null"),
    *("-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache="),
)
_LIMIT = 120.0  # seconds, for what only looks


def log(layout: Layout) -> str:
    """Where all that apt and dpkg said is; locked while they change packages."""
    return f"{layout.state}/log/apt.log"


def download_log(layout: Layout) -> str:
    """Where what apt said of downloads is: one that outlived us is nothing to wait for."""
    return f"{layout.state}/log/apt-download.log"


def apt_get(system: System, *words: str) -> Finished:
    """apt-get with our options before these words; it is not cut short, whatever happens to us."""
    return _seen_through(system, ["apt-get", *_OPTIONS, *words], log(system.layout))


def download(system: System, *words: str, into: str, meanwhile: Callable[[], None]) -> Finished:
    """`apt-get download` of these words into a folder, under the names of apt's own cache.

    As root, which it would do by itself, with a warning: nobody else may write there.
    """
    argv = ["apt-get", "--quiet", "-o", "APT::Sandbox::User=root", "download", *words]
    path = download_log(system.layout)
    return _seen_through(system, argv, path, folder=into, meanwhile=meanwhile)


def simulated(reader: Reader, *words: str) -> Finished:
    """What `apt_get` would do with these words; takes no lock and changes nothing."""
    argv = ["apt-get", *_OPTIONS, "--simulate", *words]
    return reader.run(argv, timeout=_LIMIT, env=_ENVIRONMENT)


def apt_mark(system: System, *words: str) -> Finished:
    """Likewise apt-mark."""
    return _seen_through(system, ["apt-mark", *words], log(system.layout))


def dpkg(system: System, *words: str) -> Finished:
    """Likewise dpkg itself."""
    return _seen_through(system, ["dpkg", *_FILES, *words], log(system.layout))


def _seen_through(
    system: System,
    argv: Sequence[str],
    path: str,
    *,
    folder: str = "/",
    meanwhile: Callable[[], None] = lambda: None,
) -> Finished:
    """`folder` is a path inside the root."""
    if system.mode(path) is None:
        # for root alone: apt names a source with the password that stands in its address
        system.write(path, b"", 0o600)
    system.append(path, f"--- {system.now()} {' '.join(argv)}")
    real = system.layout.real(folder)
    return system.see_through(argv, log=path, env=_ENVIRONMENT, folder=real, meanwhile=meanwhile)
