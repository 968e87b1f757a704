#!/usr/bin/env bash
# The official Python client of GES against the simulator, and its signer against that of this program. Needs a build.
# GES_EXPORT_SDK_VENV names a virtual environment to use and keep; without it a temporary one is made.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

if [[ -n "${GES_EXPORT_SDK_VENV:-}" ]]; then
  venv="$GES_EXPORT_SDK_VENV"
else
  scratch="$(mktemp -d)"
  trap 'rm -rf "$scratch"' EXIT
  venv="$scratch/venv"
fi
[[ -x "$venv/bin/python" ]] || python3 -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
PYTHONDONTWRITEBYTECODE=1 "$venv/bin/python" "$here/check.py" "$@"
