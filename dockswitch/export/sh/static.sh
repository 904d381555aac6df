# The static archive: a folder for each version, links for people, units that name the folder.

in_force() {
    [ "$(noted id)" = "$ID" ] && [ "$(readlink $STATE/current)" = "${FOLDER#"$STATE/"}" ] &&
        serves "$(answer || true)"
}

is_settled() { :; }

settle() { :; }

refuse_more() {
    [ -f /etc/docker/daemon.json ] || return 0
    for key in hosts data-root graph exec-root pidfile init-path userland-proxy-path; do
        ! grep -q "\"$key\"" /etc/docker/daemon.json ||
            refuse "/etc/docker/daemon.json sets \"$key\", and dockerd refuses to be told twice" \
                "take it out there, or let dockswitch itself install the engine"
    done
}

unpack() {
    [ ! -f "$FOLDER/.dockswitch.json" ] || return 0
    rm -rf $STATE/versions/.tmp-script-* # of one that was killed: we are alone
    fresh=$STATE/versions/.tmp-script-$$
    mkdir -p "$fresh/.unpacked"
    printf '%s\n' "$FILES" | while read -r _ name _; do tar -xzf "$work/$name" -C "$fresh/.unpacked"; done
    for each in "$fresh"/.unpacked/*/*; do
        [ ! -f "$each" ] || mv "$each" "$fresh/"
    done
    rm -rf "$fresh/.unpacked"
    chown -R 0:0 "$fresh"
    names=
    for each in "$fresh"/*; do
        chmod 755 "$each"
        names="$names${names:+, }\"${each##*/}\""
    done
    printf '%s\n' "$RECORD" | sed "s/\"@NAMES@\"/$names/" >"$fresh/.dockswitch.json"
    sync
    rm -rf "$FOLDER"
    mv "$fresh" "$FOLDER"
}

# What another form of the engine, or another version's time, has left.
leave_others() {
    names=$(noted packages)
    # shellcheck disable=SC2086 # they are words
    [ -z "$names" ] || dpkg --remove --force-depends $names >/dev/null
    [ -z "$replace" ] || for name in docker-ce docker.io docker-engine moby-engine; do
        [ -z "$(package_version $name)" ] || dpkg --remove --force-depends $name >/dev/null
    done
    # A package that goes leaves its units masked.
    [ -z "$names" ] || for unit in docker.service docker.socket containerd.service; do
        place=/etc/systemd/system/$unit
        [ "$(readlink $place)" != /dev/null ] || rm $place
    done
    for unit in docker.service docker.socket; do
        place=/etc/systemd/system/$unit
        [ ! -e $place ] || starts_with_mark $place || mv $place $place.before-dockswitch
    done
    unlink_names
}

unlink_names() {
    for each in /usr/local/bin/*; do
        [ -L "$each" ] || continue
        case $(readlink "$each") in
        *"${STATE#/}"/*) rm "$each" ;;
        esac
    done
}

link_names() {
    mkdir -p /usr/local/bin
    for each in "$FOLDER"/*; do
        name=${each##*/}
        [ -f "$each" ] && [ ! -e "/usr/local/bin/$name" ] || continue
        ln -s "../../../$CURRENT/$name" "/usr/local/bin/$name"
    done
    ln -s "${FOLDER#"$STATE/"}" $STATE/current.tmp-$$
    mv -T $STATE/current.tmp-$$ $STATE/current 2>/dev/null || {
        rm -f $STATE/current
        mv $STATE/current.tmp-$$ $STATE/current
    }
}

# The machine's own daemon.json where it has one.
configured() {
    if [ -f /etc/docker/daemon.json ]; then
        sed "s|$STATE/daemon.json|/etc/docker/daemon.json|"
    else
        cat
    fi
}

start() {
    [ -f $STATE/daemon.json ] || echo '{}' >$STATE/daemon.json
    mkdir -p /run/dockswitch
    if has_systemd; then
        printf '%s\n' "$SERVICE_UNIT" | configured >/etc/systemd/system/docker.service
        printf '%s\n' "$SOCKET_UNIT" >/etc/systemd/system/docker.socket
        systemctl daemon-reload
        systemctl enable docker.socket docker.service >/dev/null 2>&1
        systemctl start docker.socket docker.service || true # what it lacks, `await_answer` tells
        return
    fi
    mkdir -p $STATE/log
    say "no systemd is here: the engine is started now, and not by itself at boot"
    # shellcheck disable=SC2046 # they are words
    PATH="$FOLDER:$PATH" setsid $(printf '%s\n' "$COMMAND" | configured) \
        >>$STATE/log/dockerd.log 2>&1 </dev/null 3>&- 9>&- &
}

install_engine() {
    unpack
    stop_engine
    leave_others
    link_names
    start
}

packages() { :; }
