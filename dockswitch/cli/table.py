"""The commands in their groups, with the one line that each is listed with."""

# group → command → its one-line help; the first line of each command's docstring, held by a test
GROUPS: dict[str, dict[str, str]] = {
    "Switch": {
        "use": "Switch to a release, fetching it if needed.",
        "rollback": "Go back to an earlier generation.",
        "upgrade": "Switch to the newest release of the channel in use.",
        "confirm": "Keep a switch that would undo itself (use --revert-after).",
        "adopt": "Take over the engine that is here already, without stopping it.",
        "recover": "Undo what a killed switch left behind.",
    },
    "Keep": {
        "install": "Fetch and verify a release without switching to it.",
        "uninstall": "Remove a version that is not in use.",
        "prune": "Remove every version that nothing needs.",
        "hold": "Keep upgrades of the system from changing the engine's packages.",
        "unhold": "Let upgrades of the system change the engine's packages again.",
        "pin": "Write down the version that this folder wants.",
    },
    "Look": {
        "list": "List the versions that are kept here.",
        "list-remote": "List what the channels publish.",
        "current": "Show the version in use.",
        "which": "Show where a binary of the version in use is.",
        "status": "Show what is installed, what runs, and whether they agree.",
        "doctor": "Find what is wrong with the engine here, and say what to do.",
        "history": "List the generations.",
        "outdated": "Show whether the channel in use has something newer.",
        "channels": "List the channels, live and retired.",
        "resolve": "Show which release a word means, and why.",
        "where": "Show where a version was published.",
        "compat": "Show which clients and engines speak with each other.",
    },
    "Run": {
        "try": "Try an engine beside the one that runs here.",
        "matrix": "Run a command against several engines at once.",
        "run": "Run a command with the client of a version on PATH.",
        "env": "Print what a shell needs to use this engine.",
        "daemon": "Start, stop, restart or watch dockswitch's own engine.",
    },
    "Provision": {
        "lock": "Write down the very files that hosts are to have, with their digests.",
        "mirror": "Keep a partial mirror that web servers serve, and apt reads.",
        "export": "Render a switch as a shell script, as cloud-init, or as apt's preferences.",
        "ansible": "Have Ansible provision hosts: the collection dockswitch.engine.",
    },
    "dockswitch": {
        "version": "Show which dockswitch this is, as `dockswitch --version` does.",
        "settings": "Show each setting and where it came from.",
        "completion": "Print the completion script of a shell.",
        "help": "Show this list, or a command's help.",
    },
}
ALIASES = {"ls": "list", "ls-remote": "list-remote"}
