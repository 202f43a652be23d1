NODE='node2'
ADDRESS='10.20.1.11'
SEEDS='10.20.0.11 10.20.2.11'
WAIT='300'
RELEASE='ec56fade92ef'
MYSQLD='fe1a9e52983d'
VERSION='0123456789ab'
ROUND='first'
<Scripts/common.sh>
<Scripts/rollout.sh>
main </dev/null
