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
main </dev/null
