# Fetching, and what is not the file that it is to be.

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

# fetch URL PATH; secrets are the machine's own, in .netrc
fetch() {
    case $1 in
    file://*) cp "$(path_in "$1")" "$2" ;;
    *)
        if has curl; then
            curled -fsSL -o "$2" "$1"
        elif has wget; then
            wget -q -O "$2" "$1"
        else
            refuse "neither curl nor wget is here to fetch $1" "put it in a folder: --files DIR" 17
        fi
        ;;
    esac || refuse "$1 cannot be fetched" "put it in a folder: --files DIR" 17
}

# Whether it could be fetched: nothing of it is.
refuse_unreachable() {
    case $1 in
    file://*) [ -f "$(path_in "$1")" ] ;;
    *)
        if has curl; then
            curled -fsIL -o /dev/null "$1" || # some servers know no HEAD
                curled -fsSL -r 0-0 -o /dev/null "$1"
        elif has wget; then
            wget -q --spider "$1"
        else
            refuse "neither curl nor wget is here to fetch $1" "put it in a folder: --files DIR" 17
        fi
        ;;
    esac || refuse "$1 cannot be fetched" "put it in a folder: --files DIR" 17
}

# A server that says nothing any more is one that is down.
curled() { curl -n --proto-redir =https --connect-timeout 30 -y 60 -Y 1 "$@"; }

path_in() {
    printf '%s\n' "${1#file://}" |
        sed 's/%20/ /g; s/%2[Bb]/+/g; s/%3[Aa]/:/g; s/%7[Ee]/~/g; s/%25/%/g'
}

refuse_other_bytes() {
    found=$(sha256 "$1")
    [ "$found" = "$2" ] || refuse "${1##*/} is not the file that it is to be" \
        "its SHA-256 is $found; right would be $2" 12
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
        refuse_other_bytes "$work/$name" "$digest"
    done
}

# What `bring` would refuse, as far as looking tells.
foresee() {
    printf '%s\n' "$FILES" | while read -r digest name url; do
        if [ -n "$files" ] && [ -f "$files/$name" ]; then
            refuse_other_bytes "$files/$name" "$digest"
        else
            refuse_unreachable "$url"
        fi
    done
}

