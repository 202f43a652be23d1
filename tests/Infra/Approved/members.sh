NODE='node1'
ADDRESS='10.20.0.11'
SEEDS='10.20.1.11 10.20.2.11'
WAIT='300'
VERSION='0123456789ab'
VOTERS='3'
NAMES='node1 node2 node3'
<Scripts/common.sh>
<Scripts/members.sh>
main </dev/null
