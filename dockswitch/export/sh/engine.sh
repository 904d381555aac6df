# The engine that runs: which it is, stopping it, waiting for it; and the links to its programs.

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
        [ "$FORM" = static ] && [ "$(noted form)" != packages ] ||
            systemctl stop containerd.service 2>/dev/null || true
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

# What the engine says it is; nothing where it does not answer.
answer() { $(briefly) "$(program docker)" -H "unix://$SOCKET" version --format '{{.Server.Version}}' 2>/dev/null; }

# A client waits for ever where systemd listens for an engine that does not come up.
briefly() { ! timeout 1 true 2>/dev/null || echo timeout 20; }

# A suffix (+…) counts only where the wanted version itself has one.
serves() {
    case $VERSION in
    *+*) [ "$1" = "$VERSION" ] ;;
    *) [ "${1%%+*}" = "$VERSION" ] ;;
    esac
}

# Until `found` is what that function wants of it; 1 where the engine gave up, or time is over.
await() {
    waited=0
    while :; do
        found=$(answer || true)
        ! "$1" "$found" || return 0
        [ $waited -lt $PATIENCE ] && ! gave_up || return 1
        sleep 1
        waited=$((waited + 1))
    done
}

gave_up() {
    if has_systemd; then
        [ "$(systemctl show -p ActiveState docker.service 2>/dev/null)" = ActiveState=failed ]
    else
        [ -n "${started:-}" ] && ! kill -0 "$started" 2>/dev/null
    fi
}

await_answer() {
    ! await serves || return 0
    if has_systemd; then
        journalctl -u docker.service -n 20 --no-pager >&2 2>/dev/null || true
    else
        tail -n 20 $STATE/log/dockerd.log >&2 2>/dev/null || true
    fi
    refuse "the engine does not answer as $VERSION, but as ${found:-nothing}" \
        "what it said last stands above" 15
}

# Whether systemd runs a containerd of the machine's, which engines of ours share.
has_containerd() {
    has_systemd || return 1
    for each in /etc/systemd/system /run/systemd/system /usr/local/lib/systemd/system \
        /usr/lib/systemd/system /lib/systemd/system; do
        place=$each/containerd.service
        [ -e $place ] || [ -L $place ] || continue
        [ "$(readlink $place || true)" != /dev/null ]
        return
    done
    return 1
}

# The programs of a folder that people get a link to: containerd is the machine's where it has one.
linked_names() {
    shared=
    ! has_containerd || shared=yes
    for each in "$1"/*; do
        name=${each##*/}
        [ -f "$each" ] || continue
        case $shared$name in
        yescontainerd | yescontainerd-shim* | yesctr | yesrunc) ;;
        *) echo "$name" ;;
        esac
    done
}

link_names() {
    mkdir -p /usr/local/bin
    linked_names "$1" | while read -r name; do
        [ -e "/usr/local/bin/$name" ] || ln -s "../../../${STATE#/}/current/$name" "/usr/local/bin/$name"
    done
}

unlink_names() {
    for each in /usr/local/bin/*; do
        [ -L "$each" ] || continue
        case $(readlink "$each") in *"${STATE#/}"/*) rm "$each" ;; esac
    done
}

# As a rename, so that it is never absent; the folder is said from $STATE on.
point_current() {
    rm -f $STATE/current.tmp-script # of one that was killed: we are alone
    ln -s "$1" $STATE/current.tmp-script
    mv -T $STATE/current.tmp-script $STATE/current 2>/dev/null || {
        rm -f $STATE/current
        mv $STATE/current.tmp-script $STATE/current
    }
}

# A package that goes leaves its units masked.
unmask() {
    for unit in docker.service docker.socket containerd.service; do
        place=/etc/systemd/system/$unit
        [ "$(readlink $place || true)" != /dev/null ] || rm $place
    done
}

# Units, whoever brought them; what they lack, `await` tells.
start_units() {
    systemctl daemon-reload
    systemctl reset-failed docker.socket docker.service 2>/dev/null || true
    systemctl start docker.socket docker.service 2>/dev/null || true
}

# An engine without systemd, from the folder of its programs on.
start_alone() {
    mkdir -p $STATE/log /run/dockswitch
    say "no systemd is here: the engine is started now, and not by itself at boot"
    # shellcheck disable=SC2086 # they are words
    PATH="$1:$PATH" setsid $2 >>$STATE/log/dockerd.log 2>&1 </dev/null 3>&- 9>&- &
    started=$!
}

