mysqlha=/opt/mysqlha/versions/$VERSION/mysqlha
here() { "$mysqlha" "$@" --address "$ADDRESS"; }

main() {
    local now why name
    now=$(here status --json | grep -oE '"votersExpected":[0-9]+' | cut -d : -f 2) || fail "its agent does not say how many nodes vote: look at the census, then run pulumi up again"
    if [ "$now" != "$VOTERS" ]; then
        say "asks for $VOTERS voters instead of $now"
        why=$(here voters "$VOTERS" 2>&1 >/dev/null) || fail "the cluster does not take $VOTERS voters instead of $now: ${why#mysqlha: }"
    fi
    # The table's second column, below its heading.
    for name in $(here status | awk 'seen { print $2 } $1 == "#" { seen = 1 }'); do
        case " $NAMES " in
            *" $name "*) ;;
            *)
                say "takes $name out of the cluster"
                why=$(here remove "$name" 2>&1 >/dev/null) || fail "$name cannot leave the cluster, so its machine stays: ${why#mysqlha: }"
                ;;
        esac
    done
    say "the members are: $NAMES; $VOTERS vote"
}
