# What both forms share: asking the machine, fetching, verifying, refusing.

STATE=/var/lib/dockswitch
NOTE=$STATE/script.note       # what this script, or one like it, put on the machine
SOCKET=/var/run/docker.sock
PATIENCE=90                   # seconds: an engine that was killed takes 20 to start again

usage() {
    cat <<END
Installs Docker Engine $VERSION ($FORM, $ARCH), exactly, and does nothing where it is in force.

    sh $0 [--files DIR] [--user NAME] [--replace] [--no-container]
    sh $0 --prove         runs a container in the engine that is there, and that is all

    --files DIR     files that lie in DIR are taken from there; what does not is fetched
    --user NAME     may speak to the engine from the next login on
    --replace       an engine that something else put there gives way
    --no-container  does not run a container to see whether the engine can
END
}

say() { printf '%s\n' "$*" >&2; }

# refuse MESSAGE HINT [CODE]: the codes are dockswitch's own
refuse() {
    say "$1"
    say "  $2"
    exit "${3:-1}"
}

has() { command -v "$1" >/dev/null 2>&1; }

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
    if [ -z "$form" ] && [ -e $STATE/journal ]; then
        echo "dockswitch itself keeps an engine here"
    fi
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

# fetch URL PATH
fetch() {
    if has curl; then
        curl -fsSL --proto-redir =https -o "$2" "$1"
    elif has wget; then
        wget -q -O "$2" "$1"
    else
        refuse "neither curl nor wget is here to fetch $1" "put it in a folder: --files DIR" 17
    fi || refuse "$1 cannot be fetched" "put it in a folder: --files DIR" 17
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
        found=$(sha256 "$work/$name")
        [ "$found" = "$digest" ] || refuse "$name is not the file that it is to be" \
            "its SHA-256 is $found; right would be $digest" 12
    done
}

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

client() { "$(program docker)" -H "unix://$SOCKET" "$@"; }

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

# A container that is made of the engine's own docker-init, so that nothing is pulled.
prove() {
    init=$(program docker-init)
    [ -x "$init" ] || refuse "there is no docker-init to run in a container" "see $STATE"
    tree=$(mktemp -d)
    mkdir "$tree/sbin"
    cp -L "$init" "$tree/sbin/docker-init"
    { ldd "$init" 2>/dev/null || true; } | sed -n 's/^.*[[:space:]]\(\/[^ ]*\) (0x.*$/\1/p' |
        while read -r library; do
            mkdir -p "$tree${library%/*}"
            cp -L "$library" "$tree$library"
        done
    image=dockswitch-proof:script
    ran=0
    said=$(tar -C "$tree" -cf - . | client import - $image 2>&1 &&
        client run --rm --network none --log-driver none $image /sbin/docker-init --version 2>&1) ||
        ran=$?
    client rmi -f $image >/dev/null 2>&1 || true
    rm -rf "$tree"
    [ $ran = 0 ] || refuse "the engine runs no container: $said" "its log says more" 15
}

add_group() {
    if has getent && getent group docker >/dev/null; then return; fi
    if grep -q '^docker:' /etc/group; then return; fi
    if has groupadd; then groupadd --system docker; else addgroup -S docker; fi
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
