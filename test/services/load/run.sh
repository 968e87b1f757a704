#!/usr/bin/env bash
# The loaders against PostgreSQL and ClickHouse, which it installs and starts, and loads that are killed. Needs a build.
# Ends with one line, "N passed, N failed".
set -uo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cd "$here/../../.."

work="$(mktemp -d /tmp/ges-export-load-XXXXXX)"
chmod 755 "$work"
stop() {
  [[ -f "$work/postgres/server.pid" ]] && kill -INT "$(cat "$work/postgres/server.pid")" 2>/dev/null
  [[ -f "$work/clickhouse/server.pid" ]] && kill "$(cat "$work/clickhouse/server.pid")" 2>/dev/null
  sleep 1
  rm -rf "$work"
}
trap stop EXIT

bash "$here/../postgres/start.sh" "$work/postgres" >"$work/env" || { echo "0 passed, 1 failed"; exit 1; }
bash "$here/../clickhouse/start.sh" "$work/clickhouse" >>"$work/env" || { echo "0 passed, 1 failed"; exit 1; }
# shellcheck disable=SC1091
. "$work/env"

log="$work/log"
NO_COLOR=1 npx vitest run --config test/services/vitest.config.ts --root . test/services/load 2>&1 | tee "$log"
status=${PIPESTATUS[0]}
tests="$(grep -E '^ *Tests ' "$log" | tail -n 1)"
passed=$(grep -Eo '[0-9]+ passed' <<<"$tests" | grep -Eo '[0-9]+' || echo 0)
failed=$(grep -Eo '[0-9]+ failed' <<<"$tests" | grep -Eo '[0-9]+' || echo 0)
# Bounded by time; without a bound it runs by hand (--help).
kills="$(nice node "$here/kill.mjs" --seconds 30 2>&1)" || status=1
echo "$kills"
passed=$((passed + $(tail -n 1 <<<"$kills" | grep -Eo '[0-9]+ passed' | grep -Eo '[0-9]+' || echo 0)))
failed=$((failed + $(tail -n 1 <<<"$kills" | grep -Eo '[0-9]+ failed' | grep -Eo '[0-9]+' || echo 0)))
if [[ "$status" -ne 0 && "$failed" -eq 0 ]]; then failed=1; fi
echo "loaders: $passed passed, $failed failed"
exit "$status"
