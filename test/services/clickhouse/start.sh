#!/usr/bin/env bash
# Installs ClickHouse from Debian where it is missing and starts a server of our own on 127.0.0.1, at a free port.
#   start.sh FOLDER   prints "export CLICKHOUSE_URL=…" lines; FOLDER holds the data and server.pid;
#                     the server of data that it holds already is started again, at its port
# Stop it with: kill "$(cat FOLDER/server.pid)"
set -euo pipefail
folder="$(mkdir -p "$1" && cd "$1" && pwd)"

if ! command -v clickhouse-server >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends clickhouse-server; } >&2
fi

free_port() { node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'; }
http="$(sed -n 's|.*<http_port>\(.*\)</http_port>|\1|p' "$folder/config.xml" 2>/dev/null || true)"
[[ -n "$http" ]] || http="$(free_port)"
tcp="$(free_port)"
password=chinook

cat >"$folder/config.xml" <<XML
<yandex>
  <logger><level>warning</level><log>$folder/server.log</log><errorlog>$folder/error.log</errorlog></logger>
  <listen_host>127.0.0.1</listen_host>
  <http_port>$http</http_port>
  <tcp_port>$tcp</tcp_port>
  <path>$folder/data/</path>
  <tmp_path>$folder/tmp/</tmp_path>
  <users_config>$folder/users.xml</users_config>
  <default_profile>default</default_profile>
  <default_database>default</default_database>
  <mark_cache_size>67108864</mark_cache_size>
  <timezone>UTC</timezone>
</yandex>
XML
cat >"$folder/users.xml" <<XML
<yandex>
  <profiles><default><max_memory_usage>2000000000</max_memory_usage></default><readonly><readonly>1</readonly></readonly></profiles>
  <users>
    <loader><password>$password</password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></loader>
    <reader><password>$password</password><networks><ip>127.0.0.1</ip></networks><profile>readonly</profile><quota>default</quota></reader>
  </users>
  <quotas><default></default></quotas>
</yandex>
XML
mkdir -p "$folder/data" "$folder/tmp"

clickhouse-server --config-file="$folder/config.xml" >"$folder/stdout.log" 2>&1 </dev/null &
echo $! >"$folder/server.pid"
for _ in $(seq 300); do
  if node -e 'fetch(process.argv[1]).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))' "http://127.0.0.1:$http/ping"; then
    echo "export CLICKHOUSE_URL=http://127.0.0.1:$http CLICKHOUSE_USER=loader CLICKHOUSE_PASSWORD=$password CLICKHOUSE_DATABASE=default"
    exit 0
  fi
  kill -0 "$(cat "$folder/server.pid")" 2>/dev/null || break
  sleep 0.2
done
echo "ClickHouse did not start:" >&2
cat "$folder/stdout.log" >&2
kill "$(cat "$folder/server.pid")" 2>/dev/null || true
exit 1
