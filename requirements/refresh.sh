#!/usr/bin/env bash
# Make the pins again from pyproject.toml: newest versions that fit, for Linux, macOS and Windows and
# every supported Python, each with its hashes. Needs uv. `--upgrade-package NAME` renews only that one.
set -euo pipefail
cd "$(dirname "$0")/.."
options=(--universal --python-version 3.11 --generate-hashes --no-annotate --quiet
    --custom-compile-command "bash requirements/refresh.sh" "$@")
[[ $# -gt 0 ]] || options+=(--upgrade)
uv pip compile pyproject.toml "${options[@]}" --output-file requirements/run.txt
uv pip compile pyproject.toml --group dev --constraint requirements/run.txt "${options[@]}" \
    --output-file requirements/dev.txt
