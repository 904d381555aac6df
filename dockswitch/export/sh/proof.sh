# Whether an engine runs a container; it stands alone too.

STATE=/var/lib/dockswitch
SOCKET=/var/run/docker.sock

say() { printf '%s\n' "$*" >&2; }

# refuse MESSAGE HINT [CODE]: the codes are dockswitch's own
refuse() {
    say "$1"
    say "  $2"
    [ -z "${work:-}" ] || explain "$1" "$2"
    exit "${3:-1}"
}

# explain MESSAGE HINT: whoever leaves tells it to programs; this may be a subshell
explain() {
    rm -f "$work"/* # what was fetched may be what fills the disk
    printf %s "$1" >"$work/.message"
    printf %s "$2" >"$work/.hint"
}

has() { command -v "$1" >/dev/null 2>&1; }

# Where a program of the engine is, by whatever form it came.
program() {
    for folder in $STATE/current /usr/libexec/docker /usr/bin; do
        [ ! -x "$folder/$1" ] || break
    done
    [ -x "$folder/$1" ] || folder=$(dirname "$(command -v "$1" || echo "/nowhere/$1")")
    echo "$folder/$1"
}

client() { "$(program docker)" -H "unix://$SOCKET" "$@"; }

# A container that is made of the engine's own docker-init, so that nothing is pulled.
prove() {
    init=$(program docker-init)
    [ -x "$init" ] || refuse "there is no docker-init to run in a container" \
        "it comes with Docker's engines, and is looked for where they have it"
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

