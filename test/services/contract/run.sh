#!/usr/bin/env bash
# Judges the built command with the contract server; further arguments go to check.py.
# GES_EXPORT_PY_VENV names a virtual environment to use and keep; without it a temporary one is made.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../../.." && pwd)"
main="$root/dist/cli/main.js"

if [[ ! -f "$main" ]]; then
  echo "dist/cli/main.js is missing: run npm run build first" >&2
  exit 1
fi

if [[ -n "${GES_EXPORT_PY_VENV:-}" ]]; then
  venv="$GES_EXPORT_PY_VENV"
else
  scratch="$(mktemp -d)"
  trap 'rm -rf "$scratch"' EXIT
  venv="$scratch/venv"
fi
[[ -x "$venv/bin/python" ]] || python3 -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"

export PYTHONDONTWRITEBYTECODE=1
"$venv/bin/python" "$here/selftest.py"
"$venv/bin/python" "$here/check.py" --command "node $(printf '%q' "$main")" "$@"
