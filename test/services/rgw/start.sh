#!/usr/bin/env bash
# Starts Ceph RGW, an S3 server, on 127.0.0.1: one monitor, one OSD on a sparse file, one gateway, as root and
# without systemd. Installs the Debian packages where they are missing. Prints its settings as NAME=value lines.
#   start.sh DIR    data, logs and pid files go to DIR, which must be absolute and empty; stop.sh DIR stops it
set -euo pipefail
dir="$1"
if [[ -z "$(command -v radosgw || true)" || -z "$(command -v ceph-osd || true)" || -z "$(command -v ceph-mon || true)" ]]; then
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends ceph-mon ceph-osd radosgw; } >&2
fi
mkdir -p "$dir"/{mon,osd,run,log}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
mon_port="$(free_port)"
rgw_port="$(free_port)"
fsid="$(cat /proc/sys/kernel/random/uuid)"
osd="$(cat /proc/sys/kernel/random/uuid)"

cat >"$dir/ceph.conf" <<CONF
[global]
fsid = $fsid
mon host = v1:127.0.0.1:$mon_port
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind msgr2 = false
auth cluster required = none
auth service required = none
auth client required = none
run dir = $dir/run
admin socket = $dir/run/\$name.asok
pid file = $dir/run/\$name.pid
log file = $dir/log/\$name.log
mon cluster log file = $dir/log/cluster.log
crash dir = $dir/log
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd crush chooseleaf type = 0
# Without keys a daemon may ask before it knows the cluster, and is refused: the crush entry is made below.
osd crush update on start = false
osd class update on start = false
mon allow pool size one = true
mon warn on pool no redundancy = false
mon data avail crit = 0
mon data avail warn = 0
mon osd full ratio = 0.99
mon osd nearfull ratio = 0.98
mon osd backfillfull ratio = 0.985
mon max pg per osd = 1000
osd pool default pg autoscale mode = off
setuser match path =

[mon]
mon data = $dir/mon

[osd]
osd data = $dir/osd
osd objectstore = bluestore
bluestore block size = 8589934592
bluestore cache autotune = false
bluestore cache size = 134217728
osd memory target = 939524096

[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:$rgw_port
rgw data = $dir/rgw
rgw thread pool size = 32
rgw multipart min part size = 5242880
rgw enable usage log = false
CONF
mkdir -p "$dir/rgw"
conf=(-c "$dir/ceph.conf")

monmaptool --create --add a "v1:127.0.0.1:$mon_port" --fsid "$fsid" "$dir/monmap" >&2 ||
  monmaptool --create --addv a "[v1:127.0.0.1:$mon_port]" --fsid "$fsid" --clobber "$dir/monmap" >&2
ceph-mon "${conf[@]}" --mkfs -i a --monmap "$dir/monmap" >&2
ceph-mon "${conf[@]}" -i a >&2

ask() { # a command of the monitor, asked again for the same reason
  for _ in $(seq 1 50); do
    if timeout 20 ceph "${conf[@]}" --connect-timeout 15 "$@" >&2; then return 0; fi
    sleep 0.2
  done
  return 1
}
ask osd new "$osd" 0
ceph-osd "${conf[@]}" -i 0 --mkfs --osd-uuid "$osd" >"$dir/log/mkfs.log" 2>&1
ceph-osd "${conf[@]}" -i 0 >&2
ask osd crush add osd.0 1.0 root=default

radosgw "${conf[@]}" -n client.rgw >&2
user() { # uid access-key secret-key
  timeout 120 radosgw-admin "${conf[@]}" -n client.rgw user create --uid "$1" --display-name "$1" \
    --access-key "$2" --secret-key "$3" >"$dir/log/user-$1.json" 2>"$dir/log/user-$1.err"
}
user owner rgwowner rgwownersecret
user guest rgwguest rgwguestsecret

for _ in $(seq 1 300); do
  if (exec 3<>"/dev/tcp/127.0.0.1/$rgw_port") 2>/dev/null; then break; fi
  sleep 0.2
done
echo "S3_TEST_ENDPOINT=http://127.0.0.1:$rgw_port"
echo "S3_TEST_KEY=rgwowner"
echo "S3_TEST_SECRET=rgwownersecret"
echo "S3_TEST_GUEST_KEY=rgwguest"
echo "S3_TEST_GUEST_SECRET=rgwguestsecret"
