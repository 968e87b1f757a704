#!/usr/bin/env bash
# Starts OpenStack Swift with its S3 door (s3api, tempauth) on 127.0.0.1: one device, one replica, as root and
# without systemd. Installs the Debian packages where they are missing. Prints its settings as NAME=value lines.
#   start.sh DIR    data, logs and pid files go to DIR, which must be absolute and empty; stop.sh DIR stops it
set -euo pipefail
dir="$1"
if [[ -z "$(command -v swift-proxy-server || true)" || -z "$(command -v swift-object-server || true)" || -z "$(command -v memcached || true)" ]]; then
  export DEBIAN_FRONTEND=noninteractive
  {
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends swift-proxy swift-account swift-container swift-object memcached
  } >&2
fi
mkdir -p "$dir"/{run,log,devices/d1,cache}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
memcached_port="$(free_port)"
proxy_port="$(free_port)"

server() { # account|container|object port
  cat >"$dir/$1.conf" <<CONF
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $2
workers = 0
user = root
swift_dir = $dir
devices = $dir/devices
mount_check = false
log_level = WARNING
recon_cache_path = $dir/cache
[pipeline:main]
pipeline = $1-server
[app:$1-server]
use = egg:swift#$1
allow_versions = true
CONF
  swift-ring-builder "$dir/$1.builder" create 6 1 1 >&2
  swift-ring-builder "$dir/$1.builder" add "r1z1-127.0.0.1:$2/d1" 1 >&2
  swift-ring-builder "$dir/$1.builder" rebalance >&2
}
start() { # name command…
  local name="$1"
  shift
  setsid "$@" >"$dir/log/$name.log" 2>&1 </dev/null &
  echo $! >"$dir/run/$name.pid"
}
await() { # port
  for _ in $(seq 1 300); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then return 0; fi
    sleep 0.2
  done
  echo "nothing listens on port $1; see $dir/log" >&2
  return 1
}

start memcached memcached -u root -l 127.0.0.1 -p "$memcached_port" -m 32
ports=()
for kind in account container object; do
  port="$(free_port)"
  ports+=("$port")
  server "$kind" "$port"
  start "$kind" "swift-$kind-server" "$dir/$kind.conf"
done

cat >"$dir/proxy.conf" <<CONF
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $proxy_port
workers = 0
user = root
swift_dir = $dir
log_level = WARNING
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache listing_formats bulk s3api tempauth slo dlo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:$memcached_port
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:bulk]
use = egg:swift#bulk
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
dns_compliant_bucket_names = true
s3_acl = false
[filter:tempauth]
use = egg:swift#tempauth
user_test_owner = ownersecret .admin
user_test_guest = guestsecret
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
CONF
start proxy swift-proxy-server "$dir/proxy.conf"
for port in "$memcached_port" "${ports[@]}" "$proxy_port"; do await "$port"; done

echo "S3_TEST_ENDPOINT=http://127.0.0.1:$proxy_port"
echo "S3_TEST_KEY=test:owner"
echo "S3_TEST_SECRET=ownersecret"
echo "S3_TEST_GUEST_KEY=test:guest"
echo "S3_TEST_GUEST_SECRET=guestsecret"
