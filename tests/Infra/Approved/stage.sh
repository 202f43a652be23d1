NODE='node2'
ADDRESS='10.20.1.11'
SEEDS='10.20.0.11 10.20.2.11'
WAIT='300'
RELEASE='9b8a85669abf'
MYSQLD='fe1a9e52983d'
VERSION='0123456789ab'
ARCHIVE='/var/tmp/mysqlha-0123456789ab.tar.gz'
AGENT_YAML='# Written by the stack: changes made here are lost.
group: production
name: node2
listen: 10.20.1.11
peers:
  - 10.20.0.11
  - 10.20.2.11
data: /var/lib/mysqlha
ring-key: /etc/mysqlha/ring.key
mysqld: /usr/sbin/mysqld
timing: lan
durability: commit
client-user: admin
settings:
  innodb_buffer_pool_size: "4915M"
  max_connections: "500"
  sql_mode: "ANSI_QUOTES"
voters: 3
'
AGENT_UNIT='[Unit]
Description=MySqlHaStack agent (mysql.production)
Wants=network-online.target mysqlha-fence.service
After=network-online.target mysqlha-fence.service
RequiresMountsFor=/var/lib/mysqlha
StartLimitIntervalSec=0

[Service]
Type=exec
User=mysqlha
Group=mysqlha
ExecStartPre=/usr/bin/mountpoint -q /var/lib/mysqlha
ExecStart=/opt/mysqlha/current/mysqlha agent --config /etc/mysqlha/agent.yaml
ExecStop=-/opt/mysqlha/hand-over
KillMode=process
TimeoutStopSec=60
Restart=always
RestartSec=1
LimitNOFILE=1048576
LimitCORE=0
OOMScoreAdjust=-600
UMask=0077
NoNewPrivileges=yes
ProtectSystem=full
ProtectHome=yes

[Install]
WantedBy=multi-user.target
'
FENCE_UNIT='[Unit]
Description=Ends mysqld by SIGKILL before the machine stops
Before=mysqlha.service
RequiresMountsFor=/var/lib/mysqlha

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/true
ExecStop=/opt/mysqlha/fence

[Install]
WantedBy=multi-user.target
'
FENCE='#!/bin/sh
# Ends this machine'\''s mysqld by SIGKILL, whoever started it. SIGTERM would tell waiting clients that their commits are done.
for process in /proc/[0-9]*; do
    if tr '\''\0'\'' '\''\n'\'' <"$process/cmdline" 2>/dev/null | grep -qxF -- '\''--datadir=/var/lib/mysqlha/mysql'\''; then
        kill -KILL "${process#/proc/}" 2>/dev/null
    fi
done
exit 0
'
HAND_OVER='#!/bin/sh
# Runs before the agent is stopped. Only when the whole machine stops: a leader hands over first, so that clients wait for less.
[ "$(systemctl is-system-running 2>/dev/null)" = stopping ] || exit 0
address=$(sed -n '\''s/^listen: //p'\'' /etc/mysqlha/agent.yaml)
[ "$(/opt/mysqlha/current/mysqlha role --address "$address" 2>/dev/null)" = leader ] || exit 0
timeout 20 /opt/mysqlha/current/mysqlha step-down --address "$address"
'
set -Eeuo pipefail
export LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin
fail() { trap - ERR; printf '%s (%s): %s\n' "$NODE" "$ADDRESS" "$*" >&2; exit 1; }
say() { printf '%s: %s\n' "$NODE" "$*"; }
trap 'fail "\"$BASH_COMMAND\" ended with $?: mend what the lines above say and run pulumi up again"' ERR
# Whether a node that can be reached knows of a leader; the program to ask with is the argument.
led() { local a=("--address" "$ADDRESS"); for s in $SEEDS; do a+=(--address "$s"); done; "$1" status "${a[@]}" >/dev/null 2>&1; }
put() { # mode, place, text
    local new="$2.new"
    (umask 077 && printf '%s' "$3" >"$new")
    chmod "$1" "$new"
    mv -f "$new" "$2"
}

main() {
    local place=/opt/mysqlha/versions/$VERSION release=/etc/mysqlha/releases/$RELEASE
    if [ ! -x "$place/mysqlha" ]; then
        [ -e "$ARCHIVE" ] || fail "agent $VERSION is not on the machine ($ARCHIVE is missing): run pulumi up --replace with the resource $NODE-agent"
        rm -rf "$place.new"
        mkdir "$place.new"
        tar -xzf "$ARCHIVE" -C "$place.new" --no-same-owner ||
            fail "agent $VERSION cannot be unpacked ($(df --output=avail -m / | tail -n 1 | tr -dc 0-9) MiB are free on its root disk): make room there, then run pulumi up again"
        chmod -R go-w,a+rX "$place.new"
        "$place.new/mysqlha" version >/dev/null || fail "agent $VERSION does not run here: is it built for $(uname -m)?"
        sync -f "$place.new"
        mv -T "$place.new" "$place"
    fi
    rm -f "$ARCHIVE"
    ln -sfn /opt/mysqlha/current/mysqlha /usr/local/bin/mysqlha
    put 0755 /opt/mysqlha/fence "$FENCE"
    put 0755 /opt/mysqlha/hand-over "$HAND_OVER"
    install -d -m 0755 "$release"
    put 0644 "$release/agent.yaml" "$AGENT_YAML"
    put 0644 "$release/mysqlha.service" "$AGENT_UNIT"
    put 0644 "$release/mysqlha-fence.service" "$FENCE_UNIT"
    say "has release $RELEASE (agent $VERSION) at hand"
}
main </dev/null
