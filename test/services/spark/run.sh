#!/usr/bin/env bash
# Runs the statements of `ddl` for Spark and for Hive in one session of Spark, over exported folders, and reads tables of
# Delta Lake and Iceberg there. Installs Java from Debian where it is missing; Spark fetches what it needs for the table
# formats and keeps it, as pip keeps Spark. GES_EXPORT_SPARK_VENV names a virtual environment to use and keep; without it a
# temporary one is made. Ends with one line, "spark: N passed, N failed".
set -uo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
fail() {
  echo "$1"
  echo "spark: 0 passed, 1 failed"
  exit 1
}

if ! command -v java >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends openjdk-17-jre-headless; } >&2 ||
    fail "no Java"
fi
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
venv="${GES_EXPORT_SPARK_VENV:-$scratch/venv}"
[[ -x "$venv/bin/python" ]] || python3 -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt" || fail "no Spark"

mkdir "$scratch/work"
node "$here/export.mjs" "$scratch/work" || fail "no exports"
cd "$scratch/work" || exit 1
PYTHONDONTWRITEBYTECODE=1 "$venv/bin/python" "$here/read.py" "$scratch/work" 2>"$scratch/spark.log"
status=$?
[[ "$status" -eq 0 ]] || tail -n 40 "$scratch/spark.log" | cut -c 1-400
exit "$status"
