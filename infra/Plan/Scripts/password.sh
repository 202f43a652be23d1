main() {
    [ -r "$DATA/client.cnf" ] || fail "it has no $DATA/client.cnf yet: look at its agent (journalctl -u mysqlha), then run pulumi up again"
    sed -n 's/^password=//p' "$DATA/client.cnf"
}
