mysqlha=/opt/mysqlha/versions/$VERSION/mysqlha
here() { "$mysqlha" "$@" --address "$ADDRESS"; }
number() { here status --json 2>/dev/null | grep -oE "\"$1\":[0-9]+" | cut -d : -f 2; }

# Until it is taken: while another change is under way, or an epoch is young, the cluster refuses.
ask() { # what for, then the words
    local what=$1 why= until=$((SECONDS + WAIT))
    shift
    while ! why=$(here "$@" 2>&1 >/dev/null); do
        [ "$SECONDS" -lt "$until" ] || fail "$what failed for $WAIT s, so no machine goes: ${why#mysqlha: }"
        sleep 2
    done
}

main() {
    local now name until
    # The second column of the table's rows, which begin with a member's number.
    for name in $(here status | awk 'seen && $1 ~ /^[0-9]+[*]?$/ { print $2 } $1 == "#" { seen = 1 }' | sort -u); do
        case " $NAMES " in
            *" $name "*) ;;
            *)
                say "takes $name out of the cluster"
                ask "taking $name out of the cluster" remove "$name"
                ;;
        esac
    done
    # Last: asked for fewer before, the cluster would choose by itself who votes no more.
    now=$(number votersTarget) || now=$(number votersExpected) || fail "its agent does not say how many nodes vote: look at the census, then run pulumi up again"
    if [ "$now" != "$VOTERS" ]; then
        say "asks for $VOTERS voters instead of $now"
        ask "asking for $VOTERS voters" voters "$VOTERS"
    fi
    until=$((SECONDS + WAIT))
    while [ "$(number votersExpected)" != "$VOTERS" ]; do
        [ "$SECONDS" -lt "$until" ] || fail "$(number votersExpected) of $VOTERS nodes vote after $WAIT s: $(here status | grep '^  - ' | head -n 3 | cut -c 5- | tr '\n' ';')"
        sleep 1
    done
    say "the members are: $NAMES; $VOTERS vote"
}
