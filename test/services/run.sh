#!/usr/bin/env bash
# The service tests: they install what they need (Python packages) and start what they need on 127.0.0.1.
# Ends with one line, "N passed, N failed".
set -uo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

log="$(mktemp)"
trap 'rm -f "$log"' EXIT
# The lies that a client must see through without waiting out its retries; all of them: contract/run.sh alone.
bash "$here/contract/run.sh" \
  --variants plain,shuffle+pretty+escapes+chunked+string-sizes+data-paging+status-complete,gzip+chunked+clamp+status-first+key-escapes,no-paging-fields+no-schema+shuffle+chunked \
  --lies wrong-offset-echo,offset-ignored,repeated-page,short-page,long-page,return-size,total-changes,html,truncated,job-vanishes,error-in-200,error-beside-rows,token-expires,throttled-twice \
  2>&1 | tee "$log"
status=${PIPESTATUS[0]}
passed=$(grep -Eo '[0-9]+ passed' "$log" | awk '{ sum += $1 } END { print sum + 0 }')
failed=$(grep -Eo '[0-9]+ failed' "$log" | awk '{ sum += $1 } END { print sum + 0 }')
if [[ "$status" -ne 0 && "$failed" -eq 0 ]]; then failed=1; fi
echo "service tests: $passed passed, $failed failed"
exit "$status"
