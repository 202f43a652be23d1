NODE='node1'
ADDRESS='10.20.0.11'
SEEDS='10.20.1.11 10.20.2.11'
WAIT='300'
DATA='/var/lib/mysqlha'
<Scripts/common.sh>
<Scripts/password.sh>
main </dev/null
