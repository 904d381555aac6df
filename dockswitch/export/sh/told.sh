# What programs are told.

# A string of JSON's; null for an empty one.
quoted() {
    if [ -z "$1" ]; then
        printf null
    else
        printf '"%s"' "$(printf %s "$1" | tr '\n\t' '  ' | tr -d '\000-\037' |
            sed 's/\\/\\\\/g; s/"/\\"/g')"
    fi
}

# told CHANGED RESTARTED [CODE]: the one object; the code's name comes with what was refused.
told() {
    backend=static
    [ "$FORM" = static ] || backend=apt
    printf '{"schema": 1, "command": "script", "changed": %s, "from": %s, "to": %s, ' \
        "$1" "$(quoted "$from")" "$(quoted "$VERSION")"
    printf '"backend": "%s", "restarted": %s' "$backend" "$2"
    [ -z "${3:-}" ] || printf ', "error": {"code": "%s", "message": %s, "hint": %s}' \
        "$(code_name "$3")" "$(quoted "$(cat "$work/.message" 2>/dev/null || true)")" \
        "$(quoted "$(cat "$work/.hint" 2>/dev/null || true)")"
    printf '}\n'
}

code_name() {
    case $1 in
    2) echo usage ;;
    12) echo not-authentic ;;
    14) echo busy ;;
    15) echo undone ;;
    16) echo hands-needed ;;
    17) echo unreachable ;;
    18) echo not-for-host ;;
    130) echo interrupted ;;
    *) echo error ;;
    esac
}

