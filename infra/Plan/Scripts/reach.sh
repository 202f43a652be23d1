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
