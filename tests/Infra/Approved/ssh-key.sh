set -eu; umask 077; d=$(mktemp -d); trap 'rm -rf "$d"' EXIT
ssh-keygen -q -t ed25519 -N '' -C 'mysql.production-login' -f "$d/key" </dev/null >&2; cat "$d/key" "$d/key.pub"