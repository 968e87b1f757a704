#!/usr/bin/env bash
# Runs the tests of object stores against real ones: Ceph RGW and OpenStack Swift (or those that are named), each
# started for it and stopped afterwards.
set -uo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../../.." && pwd)"
cd "$root"

status=0
run() { # rgw|swift
  local dir settings
  dir="$(mktemp -d)"
  echo "== $1"
  if settings="$(bash "$here/../$1/start.sh" "$dir" 2>"$dir/start.log")"; then
    env NO_COLOR=1 S3_TEST_NAME="$1" $settings npx vitest run --config test/services/vitest.config.ts \
      --root "$root" test/services/store | grep -v 'Test Files' || status=1
  else
    tail -n 20 "$dir/start.log"
    echo "$1 did not start: 1 failed"
    status=1
  fi
  bash "$here/../$1/stop.sh" "$dir"
  rm -rf "$dir"
}
if [[ $# -eq 0 ]]; then set -- rgw swift; fi
for name in "$@"; do run "$name"; done
exit "$status"
