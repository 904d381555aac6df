# Debian packages: exactly these files, with what they depend on from the machine's own sources.

packages() {
    printf '%s\n' "$PACKAGES" | while read -r name _; do printf '%s ' "$name"; done
}

in_force() {
    [ ! -d $UNDO ] && [ "$(readlink $STATE/current || true)" = "${FOLDER#"$STATE/"}" ] &&
        serves "$(answer || true)" || return 1
    printf '%s\n' "$PACKAGES" | while read -r name version; do
        package_is "$name" "$version" || return 1
    done
}

# Whether they are held as they are to be.
is_settled() {
    [ -n "$HOLD" ] || return 0
    [ -e "$PREFERENCES" ] || return 1
    held=$(apt-mark showhold 2>/dev/null || true)
    for name in $(present); do printf '%s\n' "$held" | grep -qx "$name" || return 1; done
}

# What a hold is about: what was installed, and the plug-ins of another version that stay.
present() {
    for name in $DOCKERS; do [ -z "$(package_version "$name")" ] || echo "$name"; done
}

settle() {
    if [ -z "$HOLD" ]; then
        # shellcheck disable=SC2046 # they are words
        [ ! -e "$PREFERENCES" ] || apt-mark unhold $(present) >/dev/null
        rm -f "$PREFERENCES"
        return
    fi
    # shellcheck disable=SC2046
    apt-mark hold $(present) >/dev/null
    {
        printf '%s\n' "$HOLD" | filled
        between=
        for name in $(present); do
            printf '%sPackage: %s\nPin: version %s\nPin-Priority: %s\n' \
                "$between" "$name" "$(package_version "$name")" "$PRIORITY"
            between='
'
        done
    } >"$PREFERENCES.tmp"
    mv "$PREFERENCES.tmp" "$PREFERENCES"
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

# Packages of an earlier set of ours that this one does not have; a client's plug-ins serve any.
gone() {
    new=" $(packages) $PLUGINS "
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
    unlink_names
}

# apt-get takes files, and --allow-downgrades, from 1.1 on.
apt_takes_files() {
    version=$(apt-get --version | sed -n '1s/^apt \([0-9.]*\).*/\1/p')
    dpkg --compare-versions "${version:-0}" ge 1.1
}

# Somebody else's apt may be at work, as at a machine's first boot.
await_dpkg() {
    waited=0
    while dpkg_is_busy; do
        [ $waited -lt 600 ] || refuse "another apt is at work" "wait for it: \`ps -C apt-get,dpkg\`" 14
        [ $waited -gt 0 ] || say "waiting for another apt to end"
        sleep 1
        waited=$((waited + 1))
    done
}

dpkg_is_busy() {
    for each in /var/lib/dpkg/lock-frontend /var/lib/dpkg/lock /var/lib/apt/lists/lock; do
        [ -e $each ] || continue
        # shellcheck disable=SC2012 # busybox's stat has other words
        node=$(ls -i $each | sed 's/^ *\([0-9]*\) .*/\1/')
        ! grep -q ":$node " /proc/locks 2>/dev/null || return 0
    done
    return 1
}

# The files on the shelf, where they stay for the way back; and what they depend on in apt's cache.
prepare() {
    if ! is_kept; then
        rm -rf $STATE/packages/.tmp-script-* # of one that was killed: we are alone
        half=$STATE/packages/.tmp-script-$$
        mkdir -p "$half"
        for each in "$work"/*.deb; do
            cp "$each" "$half/$(file_name "$each")"
        done
        chmod 644 "$half"/*
        printf '%s\n' "$RECORD" >"$half/.dockswitch.json"
        flush "$half"/* "$half/.dockswitch.json" "$half"
        rm -rf "$FOLDER"
        mv "$half" "$FOLDER"
        flush $STATE/packages
    fi
    await_dpkg
    dpkg --configure -a >/dev/null 2>&1 3>&- 9>&- || true # what was cut short; mended by what follows
    apt_takes_files || return 0
    said=$(apt_installs --download-only 2>&1 3>&- 9>&-) || {
        say "$said"
        refuse "the packages cannot be installed here" "what apt said stands above"
    }
}

# As apt names it.
file_name() {
    dpkg-deb --show --showformat '${Package}_${Version}_${Architecture}.deb' "$1" | sed 's/:/%3a/'
}

# With --reinstall: what was cut short in the midst of its unpacking is mended by nothing else.
apt_installs() {
    DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get -q -y --no-install-recommends --reinstall \
        -o DPkg::Lock::Timeout=600 \
        --allow-downgrades --allow-change-held-packages -o Dpkg::Options::=--force-confold "$@" \
        install "$FOLDER"/*.deb
}

install_packages() {
    names=$(gone)
    # An engine of one package cannot have those beside it that were split from it later.
    # shellcheck disable=SC2086 # they are words
    [ -z "$names" ] || dpkg --remove --force-depends $names >/dev/null
    if apt_takes_files; then
        apt_installs
        return
    fi
    DEBIAN_FRONTEND=noninteractive LC_ALL=C dpkg --force-confold -i "$FOLDER"/*.deb ||
        DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get -q -y --no-install-recommends -f install
    dpkg --audit | grep . && return 1 || return 0
}

install_engine() {
    stop_engine
    leave_others
    forbid_starts
    said=$(install_packages 2>&1 3>&- 9>&-) || {
        allow_starts
        say "$said"
        refuse "the packages cannot be installed" "what apt said stands above"
    }
    allow_starts
    point_current "${FOLDER#"$STATE/"}"
    tell_apt
    settle
    start
}

# Where the packages are from, as far as this apt understands the files.
tell_apt() {
    [ -n "$SOURCE" ] && apt_takes_files || return 0
    mkdir -p "${KEY_PLACE%/*}"
    printf '%s\n' "$KEY" >"$KEY_PLACE"
    printf '%s\n' "$SOURCE" >"$SOURCE_PLACE"
}

start() {
    if has_systemd; then
        systemctl daemon-reload
        ! has_containerd || systemctl start containerd.service 2>/dev/null || true
        start_units
        return
    fi
    service docker start >/dev/null 2>&1 3>&- 9>&- || true
}

