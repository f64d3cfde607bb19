#!/bin/sh
# Environment, demonstration office, built site, address of the page to open.
set -eu
cd "$(dirname "$0")/.."
sh scripts/environment.sh
exec .venv/bin/python scripts/build.py "$@"
