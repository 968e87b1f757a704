#!/usr/bin/env bash
# The service tests: they install what they need (Python and Debian packages) and start what they need on 127.0.0.1:
# the contract server, readers of table formats, Spark, loads, exports that are killed, starved and lied to, object stores.
# Ends with one line, "N passed, N failed".
set -uo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

log="$(mktemp)"
trap 'rm -f "$log"' EXIT
# The lies that a client must see through without waiting out its retries; all of them: contract/run.sh alone.
bash "$here/contract/run.sh" \
  --variants shuffle+pretty+escapes+chunked+string-sizes+data-paging+status-complete,gzip+chunked+clamp+status-first+key-escapes \
  --lies wrong-offset-echo,offset-ignored,repeated-page,short-page,long-page,return-size,total-changes,html,truncated,job-vanishes,error-in-200,error-beside-rows,token-expires,throttled-twice \
  2>&1 | tee "$log"
status=${PIPESTATUS[0]}
for suite in networkx lake spark sdk; do
  bash "$here/$suite/run.sh" 2>&1 | tee -a "$log"
  [[ "${PIPESTATUS[0]}" -eq 0 ]] || status=1
done
bash "$here/load/run.sh" 2>&1 | tee "$log.load"
load=${PIPESTATUS[0]}
[[ "$load" -eq 0 ]] || status=$load
# Of the loaders only the closing line counts: their test runner prints sums of its own.
grep -E '^loaders: ' "$log.load" >>"$log"
rm -f "$log.load"
# Bounded by time; without a bound they run by hand (--help).
for harness in crash storms; do
  nice node "$here/$harness/run.mjs" --seconds 30 2>&1 | tee -a "$log"
  [[ "${PIPESTATUS[0]}" -eq 0 ]] || status=1
done
bash "$here/store/run.sh" 2>&1 | tee "$log.store"
[[ "${PIPESTATUS[0]}" -eq 0 ]] || status=1
# Of the test runner's sums only that of tests counts.
grep -E '^ *Tests |did not start' "$log.store" >>"$log"
rm -f "$log.store"
passed=$(grep -Eo '[0-9]+ passed' "$log" | awk '{ sum += $1 } END { print sum + 0 }')
failed=$(grep -Eo '[0-9]+ failed' "$log" | awk '{ sum += $1 } END { print sum + 0 }')
if [[ "$status" -ne 0 && "$failed" -eq 0 ]]; then failed=1; fi
echo "service tests: $passed passed, $failed failed"
exit "$status"
