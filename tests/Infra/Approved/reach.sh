NODE='node2'
ADDRESS='10.20.1.11'
SEEDS='10.20.0.11 10.20.2.11'
WAIT='300'
KERNEL='aarch64'
ARCHITECTURE='arm64'
<Scripts/common.sh>
<Scripts/reach.sh>
main </dev/null
