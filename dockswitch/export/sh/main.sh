# Nothing above this line acts: a script that was cut off in the middle does nothing.

main() {
    exec 3>&1 1>&2 # what was asked for is told there; all else is for people
    files='' user='' replace='' container=yes only='' check='' json='' same=''
    from='' stopped=false acting='' over='' half='' work=$(mktemp -d)
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
        --data)
            [ "${2:-}" = same ] || refuse "--data takes same" \
                "a data-root of its own is what dockswitch itself can give" 2
            same=yes
            shift
            ;;
        --replace) replace=yes ;;
        --no-container) container='' ;;
        --check) check=yes ;;
        --json) ;;
        --prove) only=yes ;;
        --help | -h)
            over=yes
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
        over=yes
        exit 0
    fi
    refuse_unfit
    [ -n "$check" ] || alone
    from=$(cat $UNDO/from 2>/dev/null || installed)
    if in_force; then
        keep_in_force
    else
        refuse_others
        refuse_more
        refuse_losses
        refuse_no_user
        change
    fi
}

# The engine is as it is to be; what goes with it may not be.
keep_in_force() {
    refuse_no_user
    # where dockswitch itself keeps it, what goes with it is its own to say
    if { ! history_is_ours || is_settled; } && user_may; then
        tell false "Docker Engine $VERSION is in force already"
        exit 0
    fi
    if [ -n "$check" ]; then
        tell true "Docker Engine $VERSION is in force; what goes with it would be put right"
        exit 10
    fi
    ! history_is_ours || settle
    add_user
    tell true "Docker Engine $VERSION is in force; what goes with it is put right"
}

change() {
    ! runs || stopped=true
    if [ -n "$check" ]; then
        is_kept || foresee
        tell true "Docker Engine: ${from:-none} -> $VERSION ($FORM)$(restart_told)"
        exit 10
    fi
    [ ! -d $UNDO ] || acting=yes # one that was cut short: forward, or else back
    is_kept || bring
    prepare
    add_group
    remember
    acting=yes
    install_engine
    await_answer
    [ -z "$container" ] || prove
    commit
    acting=''
    add_user
    tell true "Docker Engine $VERSION is in force"
}

# Verified when it got its name.
is_kept() { [ -f "$FOLDER/.dockswitch.json" ]; }

restart_told() { [ $stopped = false ] || printf ', the engine that runs is stopped for it'; }

# tell CHANGED WORDS
tell() {
    over=yes
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
    trap - EXIT INT TERM HUP
    set +e
    [ -n "$over" ] || failed
    rm -rf "$work" ${half:+"$half"} # what has not got its name
    exit $code
}

failed() {
    if [ ! -e "$work/.message" ]; then
        reason
        [ "$code" = 130 ] || code=1
    fi
    restarted=false
    [ -z "$acting" ] || restarted=$stopped
    [ -z "$acting" ] || go_back
    changed=false
    [ "$code" != 16 ] || changed=true # it is neither the new nor the old
    [ -z "$json" ] || told $changed "$restarted" "$code" >&3
}

# What is told where a tool failed, or somebody interrupted.
reason() {
    if [ "$code" = 130 ]; then
        explain interrupted ''
    else
        explain "a command ended with $code" 'what it said stands above'
        say "a command ended with $code: what it said stands above"
    fi
}

# A second signal ends it: whoever comes next finds what is to be gone back to.
go_back() {
    say "undoing"
    why=$(cat "$work/.message")
    hint=$(cat "$work/.hint" 2>/dev/null)
    (
        set -e
        bring_back
    )
    back=$?
    if [ $back = 0 ]; then
        [ "$code" = 130 ] || code=15
        explain "the switch to $VERSION was undone: $why" "$hint"
        say "${from:-what was there} is back"
    else
        code=16
        left="what was there before is kept in $UNDO; the same script again goes on"
        explain "the switch to $VERSION failed, and so did undoing it: $why" "$left"
        say "undoing failed: $left"
    fi
}

main "$@"
