NODE='node2'
ADDRESS='10.20.1.11'
SEEDS='10.20.0.11 10.20.2.11'
WAIT='300'
RELEASE='ec56fade92ef'
MYSQLD='fe1a9e52983d'
VERSION='0123456789ab'
ARCHIVE='/var/tmp/mysqlha-0123456789ab.tar.gz'
AGENT_YAML='<agent.yaml>
'
AGENT_UNIT='<mysqlha.service>
'
GUARD_UNIT='<mysqlha-guard.service>
'
FENCE_UNIT='<mysqlha-fence.service>
'
FENCE='<Scripts/fence.sh>
'
HAND_OVER='<Scripts/hand-over.sh>
'
<Scripts/common.sh>
<Scripts/stage.sh>
main </dev/null
