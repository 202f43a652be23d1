NODE='node1'
ADDRESS='10.20.0.11'
SEEDS='10.20.1.11 10.20.2.11'
WAIT='300'
DATA='/var/lib/mysqlha'
set -Eeuo pipefail
export LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin
fail() { trap - ERR; printf '%s (%s): %s\n' "$NODE" "$ADDRESS" "$*" >&2; exit 1; }
say() { printf '%s: %s\n' "$NODE" "$*"; }
trap 'fail "\"$BASH_COMMAND\" ended with $?: mend what the lines above say and run pulumi up again"' ERR
# Whether a node that can be reached knows of a leader; the program to ask with is the argument.
led() { local a=("--address" "$ADDRESS"); for s in $SEEDS; do a+=(--address "$s"); done; "$1" status "${a[@]}" >/dev/null 2>&1; }
main() {
    [ -r "$DATA/client.cnf" ] || fail "it has no $DATA/client.cnf yet: look at its agent (journalctl -u mysqlha), then run pulumi up again"
    sed -n 's/^password=//p' "$DATA/client.cnf"
}
main </dev/null
