#!/usr/bin/env bash
# Stops what start.sh DIR started, by its pid files.
set -uo pipefail
pids=()
for file in "$1"/run/*.pid; do
  [[ -f "$file" ]] && pids+=("$(cat "$file")")
done
for pid in "${pids[@]}"; do kill -9 "$pid" 2>/dev/null; done
for pid in "${pids[@]}"; do while [[ -d "/proc/$pid" ]]; do sleep 0.1; done; done
exit 0
