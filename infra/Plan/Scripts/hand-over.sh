#!/bin/sh
# Runs before the agent is stopped. Only when the whole machine stops: a leader hands over first, so that clients wait for less.
[ "$(systemctl is-system-running 2>/dev/null)" = stopping ] || exit 0
address=$(sed -n 's/^listen: //p' /etc/mysqlha/agent.yaml)
[ "$(/opt/mysqlha/current/mysqlha role --address "$address" 2>/dev/null)" = leader ] || exit 0
timeout 20 /opt/mysqlha/current/mysqlha step-down --address "$address"
