device() { # of the data volume; nothing: it is not there yet
    local d
    # An EBS volume is an NVMe disk whose serial number is the volume's id; the other names are those of older machines.
    for d in "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${VOLUME/-/}" /dev/sdf /dev/xvdf; do
        [ ! -b "$d" ] || { readlink -f "$d"; return; }
    done
}

volume() {
    local d= uuid kind=ext4 i
    mkdir -p "$DATA"
    if ! mountpoint -q "$DATA"; then
        for i in $(seq 60); do
            d=$(device)
            [ -z "$d" ] || break
            sleep 1
        done
        [ -n "$d" ] || fail "its data volume $VOLUME has not appeared within 60 s: look at the volume's attachment, then run pulumi up again"
        # 2: nothing at all is on it. Whatever there is, is never formatted over.
        if blkid -p "$d" >/dev/null 2>&1; then :; elif [ $? = 2 ]; then
            say "formats its data volume $VOLUME"
            mkfs.ext4 -q -L mysqlha "$d"
        else
            fail "its data volume $VOLUME ($d) cannot be read: look at it before anything is written there"
        fi
        uuid=$(blkid -p -o value -s UUID "$d")
        kind=$(blkid -p -o value -s TYPE "$d") || true
        [ "$kind" = xfs ] || kind=ext4
        grep -q " $DATA " /etc/fstab || echo "UUID=$uuid $DATA $kind noatime,nofail,x-systemd.device-timeout=60s 0 2" >>/etc/fstab
        systemctl daemon-reload
        # With nofail, mount says 0 also where it mounted nothing.
        { mount "$DATA" && mountpoint -q "$DATA"; } || fail "its data volume $VOLUME ($d) holds something that cannot be mounted as $kind: nothing was changed on it"
    fi
    chown mysqlha:mysqlha "$DATA"
    chmod 0700 "$DATA"
    grow
}

gib() { echo $(($1 >> 30)); }

# To the whole of its volume, in use as it is: a larger dataGb made that grow.
grow() {
    local d kind before want=$((GB << 30)) size=0 i why= by=()
    d=$(findmnt -nvo SOURCE --mountpoint "$DATA")
    kind=$(findmnt -nvo FSTYPE --mountpoint "$DATA")
    if [ -e "/sys/dev/block/$(stat -Lc '%Hr:%Lr' "$d")/partition" ]; then
        # Somebody's own: a little less than its volume.
        [ $(($(blockdev --getsize64 "$d") + (1 << 30))) -gt "$want" ] ||
            fail "its data is on a partition ($d), and only a volume without partitions is grown: grow partition and file system by hand, or leave dataGb as it was"
        return
    fi
    # AWS has it grown by now; the kernel hears of it a moment later.
    for i in $(seq 60); do
        size=$(blockdev --getsize64 "$d")
        [ "$size" -lt "$want" ] || break
        sleep 1
    done
    [ "$size" -ge "$want" ] ||
        fail "its data volume $VOLUME ($d) has $(gib "$size") GiB after 60 s, and dataGb says $GB: look at the volume's modification in AWS, then run pulumi up again"
    case "$kind" in
        ext4) by=(resize2fs "$d") ;;
        xfs) by=(xfs_growfs "$DATA") ;;
        *) fail "its data volume $VOLUME ($d) has a file system of type $kind, and ext4 and xfs are grown: grow it by hand, or leave dataGb as it was" ;;
    esac
    before=$(stat -fc %b "$DATA")
    why=$("${by[@]}" 2>&1) ||
        fail "the file system on its data volume $VOLUME ($d) does not grow to $(gib "$size") GiB: $(tr -s ' \n' ' ' <<<"$why")"
    [ "$(stat -fc %b "$DATA")" = "$before" ] || say "has grown its $kind to all $(gib "$size") GiB of its data volume $VOLUME"
}

in_archive() { [ -n "$(apt-cache madison "$1" 2>/dev/null | head -n 1)" ]; }

# Programs only: a package with a server of its own would start it on our port.
pick() {
    local p
    for p in mysql-server-core-8.4 mysql-server-core $(apt-cache pkgnames mysql-server-core- | sort -rV); do
        ! in_archive "$p" || { echo "$p"; return; }
    done
}

apt_get() { # a failure becomes one sentence
    local log i
    log=$(mktemp -p /run)
    for i in $(seq 60); do
        if DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=2 "$@" >"$log" 2>&1; then
            rm -f "$log"
            return
        fi
        # A machine that has just been made updates its lists by itself; that lock is not waited for by the option above.
        grep -q 'Could not get lock' "$log" || break
        sleep 5
    done
    tail -n 20 "$log" >&2
    if grep -q 'No space left on device\|enough free space' "$log"; then
        fail "its root disk is full ($(df --output=avail -m / | tail -n 1 | tr -dc 0-9) MiB free): make room there, or raise rootGb, then run pulumi up again"
    elif grep -qE 'Temporary failure resolving|Could not (resolve|connect)|Cannot initiate|Network is unreachable|Failed to fetch|Some index files failed' "$log"; then
        fail "the package archive cannot be reached from it: give the machine a way to its archive (route, name server, proxy), then run pulumi up again"
    fi
    fail "apt-get $* failed: mend what the lines above say, then run pulumi up again"
}

programs() {
    local server client
    [ ! -x /usr/sbin/mysqld ] || [ ! -x /usr/bin/mysql ] || return 0
    # Should a server package come along some day: its service is not ours and never starts.
    ln -sfn /dev/null /etc/systemd/system/mysql.service
    apt_get -o APT::Update::Error-Mode=any update
    server=$(pick)
    [ -n "$server" ] || fail "its archive has no MySQL server (mysql-server-core-8.4 or mysql-server-core): choose a release that has one"
    client=${server/server/client}
    say "installs $server and $client"
    apt_get install -y --no-install-recommends "$server" "$client"
    [ -x /usr/sbin/mysqld ] || fail "$server has no /usr/sbin/mysqld: choose a release whose archive has MySQL"
}

# Where a profile confines mysqld, it may not go to our folder until it is told so.
apparmor() {
    local profile=/etc/apparmor.d/usr.sbin.mysqld
    [ -e "$profile" ] || return 0
    mkdir -p /etc/apparmor.d/local
    printf '%s/ r,\n%s/** rwk,\n' "$DATA" "$DATA" >/etc/apparmor.d/local/usr.sbin.mysqld
    ! command -v apparmor_parser >/dev/null || [ ! -d /sys/kernel/security/apparmor ] || apparmor_parser -r "$profile"
}

main() {
    getent passwd mysqlha >/dev/null ||
        useradd --system --user-group --home-dir "$DATA" --no-create-home --shell /usr/sbin/nologin mysqlha
    # All but the ring's key is for everybody who logs in: commands read the configuration.
    install -d -m 0755 /opt/mysqlha /opt/mysqlha/versions /etc/mysqlha /etc/mysqlha/releases
    volume
    programs
    apparmor
    say "is prepared: $(/usr/sbin/mysqld --no-defaults --version)"
}
