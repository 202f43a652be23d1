set -eu
umask 077
new=/etc/mysqlha/ring.key.new
cat >"$new"
[ -s "$new" ] || { rm -f "$new"; echo "$NODE ($ADDRESS): no ring key came over standard input: run pulumi up again" >&2; exit 1; }
# A node goes along with the ring from one key to the next: what it has may be newer than what this step was made with.
if [ -s /etc/mysqlha/ring.key ]; then
    cmp -s "$new" /etc/mysqlha/ring.key || echo "$NODE: keeps the ring key that it has"
    rm -f "$new"
    exit 0
fi
chown mysqlha:mysqlha "$new"
mv -f "$new" /etc/mysqlha/ring.key
