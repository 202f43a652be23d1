put() { # mode, place, text
    local new="$2.new"
    (umask 077 && printf '%s' "$3" >"$new")
    chmod "$1" "$new"
    mv -f "$new" "$2"
}

main() {
    local alone='topology: standalone'
    if grep -qxF "$alone" <<<"$AGENT_YAML" && [ -e /etc/mysqlha/release ] && ! grep -qxF "$alone" /etc/mysqlha/agent.yaml; then
        fail "nodes is 1, and it is a member of a cluster, which does not shrink to one node: set nodes to 3 or more; nothing was changed"
    fi
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
    local wrong
    wrong=$("$place/mysqlha" agent --config "$release/agent.yaml" --check 2>&1) ||
        fail "the agent does not take its configuration, and nothing was changed: $(echo "$wrong" | tail -n +2 | tr -s ' \n' ' ')"
    put 0644 "$release/mysqlha.service" "$AGENT_UNIT"
    put 0644 "$release/mysqlha-guard.service" "$GUARD_UNIT"
    put 0644 "$release/mysqlha-fence.service" "$FENCE_UNIT"
    say "has release $RELEASE (agent $VERSION) at hand"
}
