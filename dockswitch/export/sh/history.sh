# What was done, as dockswitch itself writes it down: should it come to this machine, it knows.

newest_journal() {
    newest=
    for each in "$STATE"/journal/*.jsonl; do # in their order
        [ ! -e "$each" ] || newest=${each##*/}
    done
    echo "${newest%.jsonl}"
}

next_journal() {
    newest=$(newest_journal | sed 's/^0*//')
    printf '%06d\n' $((${newest:-0} + 1))
}

# Whether nobody but scripts like this wrote there; one that was cut short may have, too.
history_is_ours() {
    newest=$(newest_journal)
    [ -z "$newest" ] || [ "$newest" = "$(noted journal)" ] ||
        [ "$newest" = "$(cat $UNDO/journal 2>/dev/null)" ]
}

# A list of JSON's out of lines.
listed() { sed 's/.*/"&"/' | tr '\n' ',' | sed 's/,$//; s/,/, /g'; }

# The one moment from which on it is done is when the file of the history gets its name.
commit() {
    journal=$(cat $UNDO/journal)
    number=$(noted generation)
    number=$((${number:-0} + 1))
    mkdir -p $STATE/journal
    printf '%s\n' "$HISTORY" | filled | sed "s|\"@NUMBER@\"|$number|" >$STATE/journal/.script.tmp
    flush $STATE/journal/.script.tmp
    mv $STATE/journal/.script.tmp "$STATE/journal/$journal.jsonl"
    printf '%s\n' "form=$FORM" "version=$VERSION" "id=$ID" "packages=$(present | tr '\n' ' ')" \
        "journal=$journal" "generation=$number" >$NOTE.tmp
    mv $NOTE.tmp $NOTE
    flush $NOTE $STATE/journal $STATE
    rm -rf $UNDO
}

# A text with what is known only on the machine.
filled() {
    names=$(linked_names "$FOLDER" | listed)
    [ "$FORM" = static ] || names=
    there=$(installed_packages)
    time=$(date -u +%Y-%m-%dT%H:%M:%SZ)
    sed "s|\"@NAMES@\"|$names|; s|@TIME@|$time|g; s|@OWNER@|${SUDO_USER:-root}|g
        s|\"@PACKAGES@\"|$there|; s|\"@AUTOMATIC@\"||"
}

# All packages of an engine that are there, as apt calls them.
installed_packages() {
    has dpkg-query || return 0
    [ "$FORM" = packages ] || return 0
    for name in $ENGINE_PACKAGES; do
        version=$(package_version "$name")
        [ -z "$version" ] || echo "$name=$version"
    done | listed
}

