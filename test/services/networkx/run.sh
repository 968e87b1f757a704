#!/usr/bin/env bash
# Compares the figures that the simulator's tests use with what NetworkX computes; further arguments go to figures.py.
# GES_EXPORT_NX_VENV names a virtual environment to use and keep; without it a temporary one is made.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

if [[ -n "${GES_EXPORT_NX_VENV:-}" ]]; then
  venv="$GES_EXPORT_NX_VENV"
else
  scratch="$(mktemp -d)"
  trap 'rm -rf "$scratch"' EXIT
  venv="$scratch/venv"
fi
[[ -x "$venv/bin/python" ]] || python3 -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
PYTHONDONTWRITEBYTECODE=1 "$venv/bin/python" "$here/figures.py" "$@"
