#!/usr/bin/env bash
# Exports twice into tables of Delta Lake and of Apache Iceberg, into a folder and to Ceph RGW, and has each read by two
# engines. GES_EXPORT_LAKE_VENV names a virtual environment to use and keep; without it a temporary one is made.
set -uo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

scratch="$(mktemp -d)"
trap 'bash "$here/../rgw/stop.sh" "$scratch/rgw" 2>/dev/null; rm -rf "$scratch"' EXIT
venv="${GES_EXPORT_LAKE_VENV:-$scratch/venv}"
[[ -x "$venv/bin/python" ]] || python3 -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt" || exit 1

status=0
# The settings of a store, as NAME=value; none for a folder.
tables() {
  mkdir -p "$scratch/work"
  if env "$@" node "$here/export.mjs" "$scratch/work" "$venv/bin/python"; then
    PYTHONDONTWRITEBYTECODE=1 "$venv/bin/python" "$here/read.py" "$scratch/work" || status=1
  else
    echo "table formats: 0 passed, 1 failed"
    status=1
  fi
  rm -rf "$scratch/work"
}
echo "== tables in a folder"
tables
echo "== docs/tables.md"
node "$here/page.mjs" "$scratch/page" "$venv/bin" || status=1
echo "== tables on rgw"
if settings="$(bash "$here/../rgw/start.sh" "$scratch/rgw" 2>"$scratch/start.log")"; then
  # shellcheck disable=SC2086
  tables $settings
else
  tail -n 20 "$scratch/start.log"
  echo "rgw did not start: 1 failed"
  status=1
fi
exit "$status"
