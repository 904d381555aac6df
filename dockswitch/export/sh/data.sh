# What lies in the data-root, of which this version would show nothing.

refuse_losses() {
    [ -z "$same" ] || return 0
    kept='' lost=''
    for root in "$(data_root)" "$(data_root)"/[0-9]*.[0-9]*; do # the second with userns-remap
        for store in "$root"/image/*; do
            ! holds "$store/imagedb/content/sha256" || sort_store "${store##*/}"
        done
        ! holds "$root/containerd/daemon/io.containerd.content.v1.content/blobs/sha256" ||
            sort_store containerd
    done
    [ -n "$lost" ] || return 0
    # Where none runs it is not known whose they are: what would be shown may be all that is used.
    used=$(store_in_use)
    case " $lost " in *" ${used:-?} "*) ;; *) [ -z "$kept" ] || return 0 ;; esac
    refuse "$VERSION would not show what $(data_root) holds in:$lost" \
        "--data same uses it anyway; \`dockswitch use --data separate\` keeps it as it is" 13
}

sort_store() { if knows_store "$1"; then kept="$kept $1"; else lost="$lost $1"; fi; }

knows_store() {
    [ "$1" != containerd ] || [ "$CONTAINERD_STORE" != named ] || {
        grep -q '"containerd-snapshotter"[[:space:]]*:[[:space:]]*true' /etc/docker/daemon.json \
            2>/dev/null
        return
    }
    case " $STORES " in *" $1 "*) ;; *) return 1 ;; esac
}

# Nothing where no engine answers.
store_in_use() {
    said=$($(briefly) "$(program docker)" -H "unix://$SOCKET" info \
        --format '{{.Driver}} {{.DriverStatus}}' 2>/dev/null || true)
    case $said in *io.containerd.snapshotter*) echo containerd ;; *) echo "${said%% *}" ;; esac
}

data_root() {
    named=$(sed -n 's/.*"\(data-root\|graph\)"[[:space:]]*:[[:space:]]*"\([^"]*\)".*/\2/p' \
        /etc/docker/daemon.json 2>/dev/null | head -n 1)
    echo "${named:-/var/lib/docker}"
}

holds() { [ -n "$(ls -A "$1" 2>/dev/null)" ]; }
