# What was there before, and the way back to it.

# Kept until all is well: a run that was cut short leaves it, and whoever comes next goes on from it.
remember() {
    [ ! -d $UNDO ] || return 0
    half=$UNDO.tmp
    rm -rf $UNDO.tmp
    mkdir -p $UNDO.tmp/files $UNDO.tmp/debs
    printf '%s\n' "$from" >$UNDO.tmp/from
    answer >$UNDO.tmp/answered || true
    readlink $STATE/current >$UNDO.tmp/current || true
    next_journal >$UNDO.tmp/journal
    pid=$(cat /run/dockswitch/docker.pid 2>/dev/null || true)
    [ -z "$pid" ] || tr '\000' ' ' <"/proc/$pid/cmdline" >$UNDO.tmp/command 2>/dev/null || true
    printf '%s\n' "$TOUCHED" | while read -r each; do
        [ ! -e "$each" ] && [ ! -L "$each" ] || cp -pP "$each" "$UNDO.tmp/files/${each##*/}"
    done
    [ ! -f $NOTE ] || cp -p $NOTE $UNDO.tmp/note
    ! has_systemd || for unit in docker.service docker.socket containerd.service; do
        ! systemctl -q is-enabled $unit 2>/dev/null || echo $unit
    done >$UNDO.tmp/enabled
    ! has dpkg-query || remember_packages
    # shellcheck disable=SC2046 # none of them has a space
    flush $(find $UNDO.tmp)
    mv $UNDO.tmp $UNDO
    flush $STATE
}

remember_packages() {
    apt-mark showhold >$UNDO.tmp/held 2>/dev/null || true
    for name in $ENGINE_PACKAGES; do
        version=$(package_version "$name")
        [ -n "$version" ] || continue
        printf '%s %s\n' "$name" "$version" >>$UNDO.tmp/packages
        touches_packages || continue
        keep_deb "$name" "$version" ||
            say "$name $version could not be brought back: nothing here has its file any more"
    done
}

touches_packages() { [ "$FORM" = packages ] || [ "$(noted form)" = packages ] || [ -n "$replace" ]; }

# keep_deb NAME VERSION: from where it may lie on this machine, else as apt still finds it.
keep_deb() {
    for each in "$STATE"/packages/*/"$1"_*.deb /var/cache/apt/archives/"$1"_*.deb; do
        [ -f "$each" ] && is_deb "$each" "$1" "$2" || continue
        ln "$each" "$UNDO.tmp/debs/$1.deb" 2>/dev/null || cp "$each" "$UNDO.tmp/debs/$1.deb"
        return 0
    done
    mkdir -p $UNDO.tmp/got
    (cd $UNDO.tmp/got && apt-get -q download "$1=$2" >/dev/null 2>&1) || return 1
    mv $UNDO.tmp/got/*.deb "$UNDO.tmp/debs/$1.deb"
}

# Whether a file is all of that package: others write into apt's cache too.
is_deb() {
    [ "$(dpkg-deb -f "$1" Package Version 2>/dev/null)" = "Package: $2
Version: $3" ] && dpkg-deb -c "$1" >/dev/null 2>&1
}

bring_back() {
    stop_engine
    unlink_names
    bring_files_back
    ! has dpkg-query || bring_packages_back
    rm -f $STATE/current
    folder=$(cat $UNDO/current)
    if [ -n "$folder" ]; then
        point_current "$folder"
        case $folder in versions/*) link_names "$STATE/$folder" ;; esac
    fi
    rm -f "$STATE/journal/$(cat $UNDO/journal).jsonl"
    if [ -f $UNDO/note ]; then cp -p $UNDO/note $NOTE; else rm -f $NOTE; fi
    start_back
    rm -rf $UNDO
}

bring_files_back() {
    ! has_systemd || for unit in docker.service docker.socket; do
        grep -qx $unit $UNDO/enabled || systemctl -q disable $unit >/dev/null 2>&1 || true
    done
    printf '%s\n' "$TOUCHED" | while read -r each; do
        rm -f "$each"
        kept=$UNDO/files/${each##*/}
        [ -e "$kept" ] || [ -L "$kept" ] || continue
        cp -pP "$kept" "$each"
        ! cmp -s "$kept" "$each.before-dockswitch" || rm "$each.before-dockswitch"
    done
}

bring_packages_back() {
    gone='' debs=''
    for name in $ENGINE_PACKAGES; do
        was=$(sed -n "s/^$name //p" $UNDO/packages 2>/dev/null || true)
        if [ -z "$was" ]; then
            [ -z "$(package_version "$name")" ] || gone="$gone $name"
        elif ! package_is "$name" "$was"; then
            [ -f "$UNDO/debs/$name.deb" ] ||
                refuse "$name $was cannot be brought back" "nothing here has its file any more" 16
            debs="$debs $UNDO/debs/$name.deb"
        fi
    done
    [ -n "$gone$debs" ] || return 0
    forbid_starts
    # shellcheck disable=SC2086 # they are words
    [ -z "$gone" ] || dpkg --remove --force-depends $gone >/dev/null
    # shellcheck disable=SC2086
    [ -z "$debs" ] || dpkg --force-confold -i $debs >/dev/null 3>&- 9>&-
    allow_starts
    [ -n "$(sed -n '/^docker/p' $UNDO/packages 2>/dev/null)" ] || unmask
    for name in $ENGINE_PACKAGES; do
        kind=unhold
        ! grep -qx "$name" $UNDO/held || kind=hold
        [ -z "$(package_version "$name")" ] || apt-mark $kind "$name" >/dev/null
    done
}

start_back() {
    before=$(cat $UNDO/answered)
    if has_systemd; then
        systemctl daemon-reload
        while read -r unit; do
            systemctl -q enable "$unit" >/dev/null 2>&1 || true
        done <$UNDO/enabled
    fi
    [ -n "$before" ] || return 0
    if has_systemd; then
        start_units
    elif [ -s $UNDO/command ]; then
        line=$(cat $UNDO/command)
        program=${line%% *}
        start_alone "${program%/*}" "$line"
    else
        service docker start >/dev/null 2>&1 3>&- 9>&- || true
    fi
    await is_as_before || refuse "$before does not answer again" "its log says why" 16
}

is_as_before() { [ "$1" = "$before" ]; }

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

