root=; [ "$(id -u)" = 0 ] || root='sudo -n'; $root true || { echo "$(hostname): $(id -un) may not use sudo without a password: set loginUser to one who may" >&2; exit 1; }; $root env NODE='node2' ADDRESS='10.20.1.11' sh -c 'set -eu
umask 077
new=/etc/mysqlha/ring.key.new
cat >"$new"
[ -s "$new" ] || { rm -f "$new"; echo "$NODE ($ADDRESS): no ring key came over standard input: run pulumi up again" >&2; exit 1; }
if [ -e /etc/mysqlha/ring.key ] && ! cmp -s "$new" /etc/mysqlha/ring.key; then
    rm -f "$new"
    echo "$NODE ($ADDRESS): it has another ring key than the stack, and would leave its cluster with a new one: remove /etc/mysqlha/ring.key there if that is what you want" >&2
    exit 1
fi
chown mysqlha:mysqlha "$new"
mv -f "$new" /etc/mysqlha/ring.key
'