# The static archive: a folder for each version, links for people, units that name the folder.

packages() { :; }

present() { :; }

in_force() {
    [ ! -d $UNDO ] && [ "$(readlink $STATE/current || true)" = "${FOLDER#"$STATE/"}" ] &&
        [ "$(noted form)" != packages ] && serves "$(answer || true)"
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

# The folder gets its name once all of it is there; nothing that runs is touched.
prepare() {
    unpack
    linked_names "$FOLDER" | while read -r name; do
        place=/usr/local/bin/$name
        [ -e "$place" ] || [ -L "$place" ] || continue
        case $(readlink "$place" || true) in
        *"${STATE#/}"/*) ;;
        *) [ -n "$replace" ] || refuse "$place is in the way" "\`mv $place $place.old\`" ;;
        esac
    done
}

unpack() {
    ! is_kept || return 0
    rm -rf $STATE/versions/.tmp-script-* # of one that was killed: we are alone
    half=$STATE/versions/.tmp-script-$$
    mkdir -p "$half/.unpacked"
    printf '%s\n' "$FILES" | while read -r _ name _; do tar -xzf "$work/$name" -C "$half/.unpacked"; done
    for each in "$half"/.unpacked/*/*; do
        [ ! -f "$each" ] || mv "$each" "$half/"
    done
    rm -rf "$half/.unpacked"
    chown -R 0:0 "$half"
    chmod 755 "$half" "$half"/*
    names=$(for each in "$half"/*; do echo "${each##*/}"; done | listed)
    printf '%s\n' "$RECORD" | sed "s/\"@NAMES@\"/$names/" >"$half/.dockswitch.json"
    flush "$half"/* "$half/.dockswitch.json" "$half"
    rm -rf "$FOLDER"
    mv "$half" "$FOLDER"
    flush $STATE/versions
}

# What another form of the engine, or another version's time, has left.
leave_others() {
    names=$(noted packages)
    # shellcheck disable=SC2086 # they are words
    [ -z "$names" ] || dpkg --remove --force-depends $names >/dev/null
    [ -z "$names" ] || printf '%s\n' "$APT_FILES" | while read -r each; do rm -f "$each"; done
    [ -z "$replace" ] || for name in docker-ce docker.io docker-engine moby-engine; do
        [ -z "$(package_version $name)" ] || dpkg --remove --force-depends $name >/dev/null
    done
    [ -z "$names$replace" ] || unmask
    for unit in docker.service docker.socket; do
        place=/etc/systemd/system/$unit
        [ ! -e $place ] || starts_with_mark $place || mv $place $place.before-dockswitch
    done
    unlink_names
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
    if ! has_systemd; then
        start_alone "$FOLDER" "$(printf '%s\n' "$COMMAND" | configured)"
        return
    fi
    mkdir -p /run/dockswitch
    unit=$SERVICE_UNIT
    ! has_containerd || unit=$SHARING_UNIT
    was=
    [ ! -e /etc/systemd/system/docker.service ] || was=there
    printf '%s\n' "$unit" | configured >/etc/systemd/system/docker.service
    printf '%s\n' "$SOCKET_UNIT" >/etc/systemd/system/docker.socket
    systemctl daemon-reload
    # whoever disabled it later meant it
    [ -n "$was" ] || systemctl -q enable docker.socket docker.service >/dev/null 2>&1
    start_units
}

install_engine() {
    stop_engine
    leave_others
    point_current "${FOLDER#"$STATE/"}"
    link_names "$FOLDER"
    start
}

