# Debian packages: exactly these files, with what they depend on from the machine's own sources.

packages() {
    printf '%s\n' "$PACKAGES" | while read -r name _; do printf '%s ' "$name"; done
}

in_force() {
    [ "$(noted id)" = "$ID" ] && serves "$(answer || true)" || return 1
    printf '%s\n' "$PACKAGES" | while read -r name version; do
        [ "$(package_version "$name")" = "$version" ] || return 1
    done
}

# Whether they are held as they are to be.
is_settled() {
    [ -n "$HOLD" ] || return 0
    held=$(apt-mark showhold 2>/dev/null || true)
    for name in $(packages); do printf '%s\n' "$held" | grep -qx "$name" || return 1; done
}

settle() {
    # shellcheck disable=SC2046 # they are words
    [ -z "$HOLD" ] || apt-mark hold $(packages) >/dev/null
}

refuse_more() {
    [ -z "$replace" ] || return 0
    held=$(apt-mark showhold 2>/dev/null || true)
    ours=$(noted packages)
    for name in $(packages); do
        case " $ours " in *" $name "*) continue ;; esac
        ! printf '%s\n' "$held" | grep -qx "$name" ||
            refuse "$name is held on this machine" "\`apt-mark unhold $name\`, or --replace"
    done
    case " $(packages) " in
    *" containerd.io "*)
        for name in containerd runc; do
            [ -z "$(package_version $name)" ] ||
                refuse "the package $name is in the way of containerd.io" "--replace removes it"
        done
        ;;
    esac
}

# Packages of an earlier set of ours that this one does not have.
gone() {
    new=" $(packages) "
    for name in $(noted packages); do
        case $new in *" $name "*) ;; *) [ -z "$(package_version "$name")" ] || echo "$name" ;; esac
    done
    [ -z "$replace" ] || for name in docker.io docker-engine moby-engine containerd runc; do
        [ -z "$(package_version $name)" ] || echo $name
    done
}

leave_others() {
    for unit in docker.service docker.socket; do
        place=/etc/systemd/system/$unit
        [ -e $place ] || [ -L $place ] || continue
        systemctl disable $unit >/dev/null 2>&1 || true
        if starts_with_mark $place; then
            rm $place
        elif [ -n "$replace" ]; then
            mv $place $place.before-dockswitch
        fi
    done
    for each in /usr/local/bin/*; do
        [ -L "$each" ] || continue
        case $(readlink "$each") in *"${STATE#/}"/*) rm "$each" ;; esac
    done
    rm -f $STATE/current
}

# Packages start nothing before all of them are there.
forbid_starts() {
    [ ! -e "$POLICY" ] || return 0
    printf '%s' "$FORBIDS" >"$POLICY"
    chmod 755 "$POLICY"
}

allow_starts() {
    [ ! -e "$POLICY" ] || [ "$(cat "$POLICY")" != "${FORBIDS%
}" ] || rm "$POLICY"
}

# apt-get takes files, and --allow-downgrades, from 1.1 on.
apt_takes_files() {
    version=$(apt-get --version | sed -n '1s/^apt \([0-9.]*\).*/\1/p')
    dpkg --compare-versions "${version:-0}" ge 1.1
}

install_packages() {
    debs=
    for each in "$work"/*.deb; do debs="$debs $each"; done
    dpkg --configure -a >/dev/null 2>&1 || true # what was cut short; mended by what follows
    names=$(gone)
    # An engine of one package cannot have those beside it that were split from it later.
    # shellcheck disable=SC2086 # they are words
    [ -z "$names" ] || dpkg --remove --force-depends $names >/dev/null
    if apt_takes_files; then
        # shellcheck disable=SC2086
        apt-get -q -y --no-install-recommends --reinstall --allow-downgrades \
            --allow-change-held-packages -o Dpkg::Options::=--force-confold install $debs
        return
    fi
    # shellcheck disable=SC2086
    dpkg --force-confold -i $debs || apt-get -q -y --no-install-recommends -f install
    dpkg --audit | grep . && return 1 || return 0
}

install_engine() {
    stop_engine
    leave_others
    forbid_starts
    said=$(DEBIAN_FRONTEND=noninteractive LC_ALL=C install_packages 2>&1 3>&- 9>&-) || {
        allow_starts
        say "$said"
        refuse "the packages cannot be installed" "what apt said stands above"
    }
    allow_starts
    settle
    start
}

start() {
    if has_systemd; then
        systemctl daemon-reload
        systemctl start docker.socket docker.service || true # `await_answer` tells what it lacks
        return
    fi
    service docker start >/dev/null 2>&1 3>&- 9>&- || true
}
