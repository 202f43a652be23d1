mysqlha=/opt/mysqlha/versions/$VERSION/mysqlha
role() { "$mysqlha" role --address "$ADDRESS" 2>/dev/null || echo none; }
# What runs has nobody to hand over to. An agent's restart leaves its mysqld alone, and nobody else has its data.
alone() { grep -qxs 'topology: standalone' /etc/mysqlha/agent.yaml; }
runs() { [ "$(cat /etc/mysqlha/release 2>/dev/null)" = "$RELEASE" ] && systemctl -q is-active mysqlha.service; }

activate() {
    local release=/etc/mysqlha/releases/$RELEASE unit
    [ -d "$release" ] || fail "release $RELEASE is not at hand: run pulumi up again"
    say "starts release $RELEASE (agent $VERSION)"
    install -m 0644 "$release/agent.yaml" /etc/mysqlha/agent.yaml.new
    mv -f /etc/mysqlha/agent.yaml.new /etc/mysqlha/agent.yaml
    for unit in mysqlha.service mysqlha-guard.service mysqlha-fence.service; do
        install -m 0644 "$release/$unit" "/etc/systemd/system/$unit"
    done
    ln -sfn "versions/$VERSION" /opt/mysqlha/current.new
    mv -fT /opt/mysqlha/current.new /opt/mysqlha/current
    systemctl daemon-reload
    systemctl -q enable mysqlha-fence.service mysqlha-guard.service mysqlha.service
    systemctl start mysqlha-fence.service
    # Before the agent, which leads with no guard. mysqld does not notice: the guard only holds it by a handle.
    systemctl restart mysqlha-guard.service
    if [ "$(cat /etc/mysqlha/mysqld 2>/dev/null)" != "$MYSQLD" ]; then
        # A running mysqld keeps the settings it started with. This one does not lead: as in a crash of it, nothing is lost.
        systemctl stop mysqlha.service
        /opt/mysqlha/fence
    fi
    systemctl restart mysqlha.service
    echo "$MYSQLD" >/etc/mysqlha/mysqld
    echo "$RELEASE" >/etc/mysqlha/release
}

answers() {
    local i
    for i in $(seq 60); do
        ! "$mysqlha" role --address "$ADDRESS" >/dev/null 2>&1 || return 0
        sleep 1
    done
    # What the agent itself has to say, not what systemd says of it.
    fail "its agent does not answer after 60 s, so nothing is rolled out further; it said last: $(journalctl -u mysqlha.service -n 300 -o cat 2>/dev/null | grep -E ' crit: |^mysqlha: |^  [a-z-]+ |Unhandled exception' | tail -n 1 || true)"
}

in_order() {
    local why
    why=$("$mysqlha" wait --timeout "$WAIT" --address "$ADDRESS" 2>&1 >/dev/null) ||
        fail "it is not in order in release $RELEASE, so nothing is rolled out further: ${why#mysqlha: }"
    say "runs release $RELEASE as $(role)"
}

follows() { # within a while; a change of leader is not over when the old one has stopped leading
    local i
    for i in $(seq 20); do
        case "$(role)" in follower) return 0 ;; leader) return 1 ;; esac
        sleep 0.5
    done
    return 1
}

hand_over() {
    local why= to i
    say "leads, and hands over"
    # To a named node: left to itself the cluster may find this one best again. Who cannot take over now may in a moment.
    for i in 1 2 3; do
        for to in $SEEDS; do
            why=$("$mysqlha" switchover --to "$to" --address "$ADDRESS" 2>&1 >/dev/null) || true
            ! follows || return 0
        done
        sleep 3
    done
    fail "it leads and cannot hand over, so release $RELEASE does not start on it: ${why#mysqlha: }"
}

prune() { # what runs, and the two before it, stay
    local folder
    for folder in /opt/mysqlha/versions /etc/mysqlha/releases; do
        find "$folder" -mindepth 1 -maxdepth 1 -printf '%T@ %f\n' | sort -rn | tail -n +4 | cut -d ' ' -f 2 | while read -r old; do
            [ "$old" = "$VERSION" ] || [ "$old" = "$RELEASE" ] || rm -rf "${folder:?}/$old"
        done
    done
}

main() {
    local had_leader=no
    ! led "$mysqlha" || had_leader=yes
    case "$ROUND" in
        first)
            if ! runs; then
                if [ "$(role)" = leader ] && ! alone; then
                    say "leads: release $RELEASE comes to it last"
                    return
                fi
                activate
            fi
            answers
            # Without a leader there is nothing to come back to yet: the second round waits.
            if [ "$had_leader" = yes ]; then in_order; else say "runs release $RELEASE; the cluster has no leader yet"; fi
            ;;
        last)
            if ! runs; then
                [ "$(role)" != leader ] || alone || hand_over
                activate
            fi
            answers
            in_order
            prune
            ;;
    esac
}
