#!/usr/bin/env bash
# Installs PostgreSQL from Debian where it is missing and starts a cluster of our own on 127.0.0.1, at a free port.
#   start.sh FOLDER   prints "export PGHOST=…" lines; FOLDER holds the data and server.pid; a cluster that it holds
#                     already is started again, at its port
# Stop it with: kill -INT "$(cat FOLDER/server.pid)"
# initdb refuses root: as root the server runs as the user postgres, which the Debian package makes.
set -euo pipefail
folder="$(mkdir -p "$1" && cd "$1" && pwd)"

binaries() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1; }
if [[ -z "$(binaries)" ]]; then
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql; } >&2
fi
bin="$(binaries)"
port="$(sed -n 's/^port = //p' "$folder/data/postgresql.conf" 2>/dev/null || true)"
[[ -n "$port" ]] || port="$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')"
password=chinook

as_server() { "$@"; }
if [[ "$(id -u)" -eq 0 ]]; then
  as_server() { runuser -u postgres -- "$@"; }
  chown postgres "$folder"
  chmod 711 "$folder"
fi
cd "$folder"
# The folders above may be closed to the server's user, as those of mktemp are.
if ! as_server test -w "$folder"; then
  echo "PostgreSQL's user cannot reach \"$folder\": give a folder below /tmp" >&2
  exit 1
fi
if [[ ! -d "$folder/data" ]]; then
  echo "$password" >"$folder/password"
  chmod 644 "$folder/password"
  as_server "$bin/initdb" -D "$folder/data" -U loader -A scram-sha-256 --pwfile="$folder/password" --encoding UTF8 --locale C.UTF-8 --no-sync >"$folder/initdb.log" 2>&1 || {
    cat "$folder/initdb.log" >&2
    exit 1
  }
  cat >>"$folder/data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = ''
max_connections = 20
CONF
fi
as_server "$bin/pg_ctl" -D "$folder/data" -l "$folder/data/server.log" -w -t 60 start >&2
head -n 1 "$folder/data/postmaster.pid" >"$folder/server.pid"
echo "export PGHOST=127.0.0.1 PGPORT=$port PGUSER=loader PGPASSWORD=$password PGDATABASE=postgres"
