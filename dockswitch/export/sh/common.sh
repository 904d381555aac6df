# What both forms share: asking the machine, fetching, verifying, refusing.

NOTE=$STATE/script.note       # what this script, or one like it, put on the machine
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
        codename=$(. /etc/os-release 2>/dev/null && printf %s "${VERSION_CODENAME:-}")
        [ -n "$codename" ] || { has lsb_release && codename=$(lsb_release -cs); } || codename=
        [ -z "$codename" ] || [ "$codename" = "$CODENAME" ] ||
            refuse "these packages are for $CODENAME, and the machine is $codename" \
                "render it for that" 18
    fi
    if [ -n "$CGROUP_V1_ONLY" ] && [ -e /sys/fs/cgroup/cgroup.controllers ]; then
        refuse "$VERSION cannot run containers here: it knows cgroup v1 only" \
            "boot with systemd.unified_cgroup_hierarchy=0, or take an engine from 20.10 on" 18
    fi
}

# What is on the machine that no script like this put there; nothing where there is none.
others() {
    form=$(noted form)
    [ ! -e $STATE/journal ] || echo "dockswitch itself keeps an engine here"
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

sha256() {
    if has sha256sum; then
        sha256sum <"$1" | cut -d ' ' -f 1
    elif has shasum; then
        shasum -a 256 <"$1" | cut -d ' ' -f 1
    elif has openssl; then
        openssl dgst -sha256 <"$1" | sed 's/^.*= *//'
    else
        refuse "nothing here can check a digest" "install sha256sum, shasum or openssl"
    fi
}

# fetch URL PATH; secrets are the machine's own, in .netrc
fetch() {
    case $1 in
    file://*) cp "$(path_in "$1")" "$2" ;;
    *)
        if has curl; then
            curl -nfsSL --proto-redir =https -o "$2" "$1"
        elif has wget; then
            wget -q -O "$2" "$1"
        else
            refuse "neither curl nor wget is here to fetch $1" "put it in a folder: --files DIR" 17
        fi
        ;;
    esac || refuse "$1 cannot be fetched" "put it in a folder: --files DIR" 17
}

# Whether it could be fetched: nothing of it is.
refuse_unreachable() {
    case $1 in
    file://*) [ -f "$(path_in "$1")" ] ;;
    *)
        if has curl; then
            curl -nfsSIL --proto-redir =https -o /dev/null "$1"
        elif has wget; then
            wget -q --spider "$1"
        else
            refuse "neither curl nor wget is here to fetch $1" "put it in a folder: --files DIR" 17
        fi
        ;;
    esac || refuse "$1 cannot be fetched" "put it in a folder: --files DIR" 17
}

path_in() {
    printf '%s\n' "${1#file://}" |
        sed 's/%20/ /g; s/%2[Bb]/+/g; s/%3[Aa]/:/g; s/%7[Ee]/~/g; s/%25/%/g'
}

refuse_other_bytes() {
    found=$(sha256 "$1")
    [ "$found" = "$2" ] || refuse "${1##*/} is not the file that it is to be" \
        "its SHA-256 is $found; right would be $2" 12
}

# All that is to be installed is in $work, verified, before anything is touched.
bring() {
    printf '%s\n' "$FILES" | while read -r digest name url; do
        if [ -n "$files" ] && [ -f "$files/$name" ]; then
            cp "$files/$name" "$work/$name"
        else
            say "fetching $name"
            fetch "$url" "$work/$name"
        fi
        refuse_other_bytes "$work/$name" "$digest"
    done
}

# What `bring` would refuse, as far as looking tells.
foresee() {
    printf '%s\n' "$FILES" | while read -r digest name url; do
        if [ -n "$files" ] && [ -f "$files/$name" ]; then
            refuse_other_bytes "$files/$name" "$digest"
        else
            refuse_unreachable "$url"
        fi
    done
}

# A string of JSON's; null for an empty one.
quoted() {
    if [ -z "$1" ]; then
        printf null
    else
        printf '"%s"' "$(printf %s "$1" | tr '\n\t' '  ' | tr -d '\000-\037' |
            sed 's/\\/\\\\/g; s/"/\\"/g')"
    fi
}

# told CHANGED RESTARTED [CODE]: the one object; the code's name comes with what was refused.
told() {
    backend=static
    [ "$FORM" = static ] || backend=apt
    printf '{"schema": 1, "command": "script", "changed": %s, "from": %s, "to": %s, ' \
        "$1" "$(quoted "$from")" "$(quoted "$VERSION")"
    printf '"backend": "%s", "restarted": %s' "$backend" "$2"
    [ -z "${3:-}" ] || printf ', "error": {"code": "%s", "message": %s, "hint": %s}' \
        "$(code_name "$3")" "$(quoted "$(cat "$work/.message" 2>/dev/null || true)")" \
        "$(quoted "$(cat "$work/.hint" 2>/dev/null || true)")"
    printf '}\n'
}

code_name() {
    case $1 in
    2) echo usage ;;
    12) echo not-authentic ;;
    14) echo busy ;;
    15) echo undone ;;
    16) echo hands-needed ;;
    17) echo unreachable ;;
    18) echo not-for-host ;;
    130) echo interrupted ;;
    *) echo error ;;
    esac
}

# The version that is installed, by whatever form; nothing for none.
installed() {
    there=$(readlink $STATE/current || true)
    there=${there##*/}
    if [ -n "$there" ]; then
        printf '%s\n' "${there%-*}"
        return
    fi
    for name in docker-ce docker-engine docker.io; do
        ! has dpkg-query || package_version $name |
            sed 's/^[0-9]*://; s/-[^-]*$//; s/~\(ce\|rc\|beta\|tp\|alpha\)/-\1/g'
    done | head -n 1
}

runs() { [ -n "$(answer)" ]; }

# Ends what this or another era runs; containerd too where it is in a package of the engine's.
stop_engine() {
    if has_systemd; then
        # The socket too: a client that comes now would have the old engine started again.
        for unit in docker.socket docker.service; do
            systemctl stop $unit 2>/dev/null || true
        done
        [ "$(noted form)" != packages ] || systemctl stop containerd.service 2>/dev/null || true
        systemctl reset-failed docker.socket docker.service 2>/dev/null || true
    elif [ -e /etc/init.d/docker ] || [ -e /etc/init/docker.conf ]; then
        service docker stop >/dev/null 2>&1 || true
    fi
    pid=$(cat /run/dockswitch/docker.pid 2>/dev/null || true)
    if [ -n "$pid" ] && grep -q dockerd "/proc/$pid/cmdline" 2>/dev/null; then
        kill "$pid" 2>/dev/null || true
        waited=0
        while [ -d "/proc/$pid" ] && [ $waited -lt $PATIENCE ]; do
            sleep 1
            waited=$((waited + 1))
        done
        [ ! -d "/proc/$pid" ] || refuse "dockerd does not stop (process $pid)" "see \`dmesg\`"
    fi
    rm -f /run/dockswitch/docker.pid
}

answer() { client version --format '{{.Server.Version}}' 2>/dev/null; }

# A suffix (+…) counts only where the wanted version itself has one.
serves() {
    case $VERSION in
    *+*) [ "$1" = "$VERSION" ] ;;
    *) [ "${1%%+*}" = "$VERSION" ] ;;
    esac
}

await_answer() {
    waited=0
    while :; do
        found=$(answer || true)
        serves "$found" && return 0
        [ $waited -lt $PATIENCE ] || break
        sleep 1
        waited=$((waited + 1))
    done
    if has_systemd; then
        journalctl -u docker.service -n 20 --no-pager >&2 2>/dev/null || true
    else
        tail -n 20 $STATE/log/dockerd.log >&2 2>/dev/null || true
    fi
    refuse "the engine does not answer as $VERSION, but as ${found:-nothing}" \
        "what it said last stands above; the script for the version before brings that back" 15
}

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

note() {
    mkdir -p $STATE
    printf '%s\n' "form=$FORM" "version=$VERSION" "id=$ID" "packages=$1" >$NOTE.tmp
    mv $NOTE.tmp $NOTE
}

# One at a time: what a caller started who is gone since may be under way still.
alone() {
    mkdir -p $STATE
    has flock || return 0
    exec 9>$STATE/script.lock
    flock -w 600 9 || refuse "another script like this is at work" "see who has $STATE/script.lock" 14
}
