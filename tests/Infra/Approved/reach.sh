NODE='node2'
ADDRESS='10.20.1.11'
SEEDS='10.20.0.11 10.20.2.11'
WAIT='300'
KERNEL='aarch64'
ARCHITECTURE='arm64'
set -Eeuo pipefail
export LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin
fail() { trap - ERR; printf '%s (%s): %s\n' "$NODE" "$ADDRESS" "$*" >&2; exit 1; }
say() { printf '%s: %s\n' "$NODE" "$*"; }
trap 'fail "\"$BASH_COMMAND\" ended with $?: mend what the lines above say and run pulumi up again"' ERR
# Whether a node that can be reached knows of a leader; the program to ask with is the argument.
led() { local a=("--address" "$ADDRESS"); for s in $SEEDS; do a+=(--address "$s"); done; "$1" status "${a[@]}" >/dev/null 2>&1; }
main() {
    local free why
    [ "$(uname -m)" = "$KERNEL" ] || fail "its processor is $(uname -m) and the configuration says architecture $ARCHITECTURE ($KERNEL): choose an instance type and an image of that architecture"
    . /etc/os-release
    case "$ID" in
        ubuntu | debian) ;;
        *) fail "it runs ${PRETTY_NAME:-$ID}, and the packages are taken from Ubuntu's or Debian's archive: choose an image of one of them" ;;
    esac
    # Its own errors are not ours; what we need of it is checked below.
    ! command -v cloud-init >/dev/null || timeout 300 cloud-init status --wait >/dev/null 2>&1 || true
    if [ -e /etc/mysqlha/release ]; then
        # A node of ours that was stopped or changed: the next machine has to wait until this one is back.
        if led /opt/mysqlha/current/mysqlha; then
            why=$(/opt/mysqlha/current/mysqlha wait --timeout "$WAIT" --address "$ADDRESS" 2>&1 >/dev/null) ||
                fail "it is not back in the cluster, so no other machine is touched: ${why#mysqlha: }"
        fi
        say "is in the cluster"
        return
    fi
    free=$(df --output=avail -m / | tail -n 1 | tr -dc 0-9)
    [ "$free" -ge 1200 ] || fail "its root disk has $free MiB free, and 1200 are needed: make room there, or raise rootGb"
    say "is reached"
}
main </dev/null
