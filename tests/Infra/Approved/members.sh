NODE='node1'
ADDRESS='10.20.0.11'
SEEDS='10.20.1.11 10.20.2.11'
WAIT='300'
VERSION='0123456789ab'
VOTERS='3'
NAMES='node1 node2 node3'
set -Eeuo pipefail
export LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin
fail() { trap - ERR; printf '%s (%s): %s\n' "$NODE" "$ADDRESS" "$*" >&2; exit 1; }
say() { printf '%s: %s\n' "$NODE" "$*"; }
trap 'fail "\"$BASH_COMMAND\" ended with $?: mend what the lines above say and run pulumi up again"' ERR
# Whether a node that can be reached knows of a leader; the program to ask with is the argument.
led() { local a=("--address" "$ADDRESS"); for s in $SEEDS; do a+=(--address "$s"); done; "$1" status "${a[@]}" >/dev/null 2>&1; }
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
    # The table's second column, below its heading.
    for name in $(here status | awk 'seen { print $2 } $1 == "#" { seen = 1 }' | sort -u); do
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
main </dev/null
