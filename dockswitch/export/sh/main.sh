# Nothing above this line acts: a script that was cut off in the middle does nothing.

main() {
    exec 3>&1 1>&2 # what was asked for is told there; all else is for people
    files='' user='' replace='' container=yes only='' check='' json=''
    from='' stopped=false work=$(mktemp -d)
    trap leave EXIT
    trap 'exit 130' INT TERM HUP
    for word in "$@"; do [ "$word" != --json ] || json=yes; done
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
        --check) check=yes ;;
        --json) ;;
        --prove) only=yes ;;
        --help | -h)
            json=''
            usage >&3
            exit 0
            ;;
        *) refuse "$1 is no option of this script" "see \`sh $0 --help\`" 2 ;;
        esac
        shift
    done
    if [ -n "$only" ]; then
        json=''
        prove
        exit 0
    fi
    refuse_unfit
    [ -n "$check" ] || alone
    from=$(installed)
    if in_force; then
        keep_in_force
    else
        refuse_others
        refuse_more
        refuse_no_user
        change
    fi
}

# The engine is as it is to be; what goes with it may not be.
keep_in_force() {
    refuse_no_user
    if is_settled && user_may; then
        tell false "Docker Engine $VERSION is in force already"
        exit 0
    fi
    if [ -n "$check" ]; then
        tell true "Docker Engine $VERSION is in force; what goes with it would be put right"
        exit 10
    fi
    settle
    add_user
    tell true "Docker Engine $VERSION is in force; what goes with it is put right"
}

change() {
    ! runs || stopped=true
    if [ -n "$check" ]; then
        foresee
        tell true "Docker Engine: ${from:-none} -> $VERSION ($FORM)$(restart_told)"
        exit 10
    fi
    bring
    add_group
    install_engine
    await_answer
    [ -z "$container" ] || prove
    note "$(packages)"
    add_user
    tell true "Docker Engine $VERSION is in force"
}

restart_told() { [ $stopped = false ] || printf ', the engine that runs is stopped for it'; }

# tell CHANGED WORDS
tell() {
    if [ -n "$json" ]; then
        restarted=false
        [ "$1" = false ] || restarted=$stopped
        told "$1" $restarted >&3
    else
        printf '%s\n' "$2" >&3
    fi
}

# However it ends. A tool's own code would be taken for one of ours.
leave() {
    code=$?
    trap - EXIT
    trap '' INT TERM HUP
    case $code in
    0 | 10) ;;
    *)
        [ -e "$work/.message" ] || [ $code = 130 ] || code=1
        [ -z "$json" ] || told false false $code >&3
        ;;
    esac
    rm -rf "$work"
    exit $code
}

main "$@"
