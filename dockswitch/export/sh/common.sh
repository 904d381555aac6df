# What both forms share: asking the machine, fetching, verifying, refusing.

NOTE=$STATE/script.note       # what this script, or one like it, put on the machine
UNDO=$STATE/script.undo       # what was there before, for as long as it is not sure that all is well
PATIENCE=90                   # seconds: an engine that was killed takes 20 to start again

usage() {
    cat <<END
Installs Docker Engine $VERSION ($FORM, $ARCH), exactly, and does nothing where it is in force.

    sh $0 [--check] [--json] [--files DIR] [--user NAME] [--replace] [--no-container]
    sh $0 --prove         runs a container in the engine that is there, and that is all

    --check         says what would be done, and does nothing; exit code 10 where that is a change
    --json          one JSON object on stdout, also where it fails; all else is on stderr
    --files DIR     files that lie in DIR are taken from there; what does not is fetched
    --user NAME     may speak to the engine from the next login on
    --replace       an engine that something else put there gives way
    --no-container  does not run a container to see whether the engine can

What is fetched is verified before anything stops. Where the new engine is not well, the one before
is back. No data-root is looked into: whether an older engine reads it, \`dockswitch use\` would know.

The object: "changed" (with --check: whether it would be), "from" and "to" (versions, "from" is null
where there was none), "backend" (static, apt), "restarted" (whether a running engine was stopped,
or would be), and where it fails "error" with "code", "message" and "hint".

Exit codes: 0 done, or nothing to do; 1 other error; 2 usage; 10 a change is pending (--check);
12 not authentic; 14 busy; 15 it failed and was undone; 16 undoing failed, hands needed;
17 cannot be fetched; 18 not for this host; 130 interrupted.
END
}

noted() { sed -n "s/^$1=//p" "$NOTE" 2>/dev/null || true; }

has_systemd() { [ -d /run/systemd/system ]; }

refuse_unfit() {
    [ "$(id -u)" = 0 ] || refuse "only root installs an engine" "sudo sh $0"
    machine=$(uname -m)
    case $machine in amd64) machine=x86_64 ;; arm64) machine=aarch64 ;; esac
    if [ "$FORM" = packages ]; then
        has dpkg || refuse "this machine has no dpkg" "take a script with the static archive" 18
        machine=$(dpkg --print-architecture)
    fi
    [ "$machine" = "$ARCH" ] ||
        refuse "this engine is for $ARCH, and the machine is $machine" "render it for that" 18
    if [ -n "$CODENAME" ]; then
        codename=$(codenames)
        case " $codename " in *" $CODENAME "* | "  ") ;; *)
            refuse "these packages are for $CODENAME, and the machine is $codename" \
                "render it for that" 18
            ;;
        esac
    fi
    if [ -n "$CGROUP_V1_ONLY" ] && [ -e /sys/fs/cgroup/cgroup.controllers ]; then
        refuse "$VERSION cannot run containers here: it knows cgroup v1 only" \
            "boot with systemd.unified_cgroup_hierarchy=0, or take an engine from 20.10 on" 18
    fi
}

# The machine's own, and what a derivative is made of; nothing where nobody says.
codenames() {
    found=
    [ ! -f /etc/os-release ] || found=$(. /etc/os-release &&
        echo "${VERSION_CODENAME:-} ${UBUNTU_CODENAME:-} ${DEBIAN_CODENAME:-}")
    [ -n "$(printf %s "$found" | tr -d ' ')" ] || ! has lsb_release || found=$(lsb_release -cs)
    # shellcheck disable=SC2086 # they are words
    echo $found
}

# What is on the machine that no script like this put there; nothing where there is none.
others() {
    form=$(noted form)
    history_is_ours || echo "dockswitch itself keeps an engine here"
    if has dpkg-query; then
        theirs="docker.io docker-engine moby-engine"
        [ "$form" = packages ] || theirs="$theirs docker-ce"
        for name in $theirs; do
            [ -z "$(package_version "$name")" ] || echo "the package $name"
        done
    fi
    unit=/etc/systemd/system/docker.service
    if [ -e $unit ] || [ -L $unit ]; then
        starts_with_mark $unit || echo "the unit $unit"
    fi
    [ ! -e /snap/bin/docker ] || echo "the snap docker"
    program=$(command -v dockerd || true)
    case $(readlink -f "${program:-/}") in
    / | $STATE/versions/* | /usr/bin/dockerd | /usr/sbin/dockerd) ;;
    *) echo "the program $program" ;;
    esac
}

refuse_others() {
    found=$(others)
    case $found in
    "") ;;
    *"dockswitch itself"*)
        refuse "dockswitch itself keeps an engine here" "\`dockswitch use $VERSION\` switches it"
        ;;
    *)
        [ -n "$replace" ] || refuse "an engine is here that this script did not install:" \
            "$(printf '%s\n' "$found" | tr '\n' ';') --replace has it give way"
        ;;
    esac
}

starts_with_mark() { [ ! -L "$1" ] && [ "$(head -n 1 "$1")" = "$MARK" ]; }

# The version of a package that is wholly or partly there; nothing for one that is not.
package_version() {
    dpkg-query -W -f '${db:Status-Abbrev}|${Version}' "$1" 2>/dev/null |
        sed -n 's/^[a-z][^nc ][^|]*|//p'
}

# Whether it is there in that version, wholly.
package_is() {
    case $(dpkg-query -W -f '${db:Status-Abbrev}|${Version}' "$1" 2>/dev/null) in
    [hi]"i |$2" | [hi]"i|$2") ;;
    *) return 1 ;;
    esac
}

# To disk with these; a sync that takes no names does it with everything.
flush() { sync "$@" 2>/dev/null || sync; }

add_group() {
    if has getent && getent group docker >/dev/null; then return; fi
    if grep -q '^docker:' /etc/group; then return; fi
    if has groupadd; then groupadd --system docker; else addgroup -S docker; fi
}

# Whether what is asked of the user is so already.
user_may() { [ -z "$user" ] || id -Gn "$user" 2>/dev/null | tr ' ' '\n' | grep -qx docker; }

refuse_no_user() {
    [ -z "$user" ] || id "$user" >/dev/null 2>&1 ||
        refuse "there is no user $user" "leave out --user"
}

add_user() {
    [ -n "$user" ] || return 0
    id "$user" >/dev/null 2>&1 || refuse "there is no user $user" "leave out --user"
    if has usermod; then usermod -a -G docker "$user"; else addgroup "$user" docker; fi
}

# One at a time: what a caller started who is gone since may be under way still.
alone() {
    mkdir -p $STATE
    has flock || return 0
    exec 9>$STATE/script.lock
    flock -w 600 9 || refuse "another script like this is at work" "see who has $STATE/script.lock" 14
}
