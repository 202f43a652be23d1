NODE='node2'
ADDRESS='10.20.1.11'
SEEDS='10.20.0.11 10.20.2.11'
WAIT='300'
VOLUME='vol-0abc'
GB='100'
DATA='/var/lib/mysqlha'
<Scripts/common.sh>
<Scripts/prepare.sh>
main </dev/null
