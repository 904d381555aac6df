# Nothing above this line acts: a script that was cut off in the middle does nothing.

main() {
    files='' user='' replace='' container=yes only=''
    while [ $# -gt 0 ]; do
        case $1 in
        --files | --user)
            [ $# -ge 2 ] || refuse "$1 wants a word" "see \`sh $0 --help\`" 2
            [ "$1" = --user ] || files=$2
            [ "$1" = --files ] || user=$2
            shift
            ;;
        --replace) replace=yes ;;
        --no-container) container='' ;;
        --prove) only=yes ;;
        --help | -h)
            usage
            exit 0
            ;;
        *) refuse "$1 is no option of this script" "see \`sh $0 --help\`" 2 ;;
        esac
        shift
    done
    if [ -n "$only" ]; then
        prove
        exit 0
    fi
    refuse_unfit
    alone
    refuse_others
    refuse_more
    if in_force; then
        say "Docker Engine $VERSION is in force already"
        add_user
        exit 0
    fi
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    trap 'exit 130' INT TERM HUP
    bring
    add_group
    install_engine
    await_answer
    [ -z "$container" ] || prove
    note "$(packages)"
    add_user
    say "Docker Engine $VERSION is in force"
}

main "$@"
