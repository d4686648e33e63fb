#!/bin/sh
# Bring this machine to where the program runs (run), can be tested (test), tortured (torture: without root as far as
# that goes) or packed (dist); quick when nothing is missing.
#   sh packaging/prepare.sh run|test|torture|dist
# Here: Debian's packages and a Python. The rest, in Python: packaging/prepare.py.
set -eu
cd "$(dirname "$0")/.."

find_python() {
    for name in python3.11 python3.12 python3.13 python3; do
        if "$name" -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
}

# The packages of a list that are not installed, by the first of their names.
missing_from() {
    grep -v '^#' "$1" | while read -r names; do
        # shellcheck disable=SC2086 # one word for each name
        if ! dpkg-query -W -f '${db:Status-Status}\n' $(echo "$names" | tr '|' ' ') 2>/dev/null | grep -qx installed; then
            echo "${names%%|*}"
        fi
    done
}

python=$(find_python)
if command -v dpkg-query >/dev/null; then
    missing=$(missing_from packaging/debian/run.txt)
    if [ "$1" = test ]; then missing="$missing $(missing_from packaging/debian/test.txt)"; fi
    if [ "$1" = dist ]; then missing="$missing $(missing_from packaging/debian/build.txt)"; fi
    if [ "$1" = torture ] && [ "$(id -u)" = 0 ]; then missing="$missing $(missing_from packaging/debian/torture.txt)"; fi
    if [ -z "$python" ]; then missing="$missing python3 python3-venv"; fi
    # shellcheck disable=SC2086,SC2116 # line breaks to spaces
    missing=$(echo $missing)
    if [ -n "$missing" ] && [ "$(id -u)" != 0 ]; then
        echo "System packages are missing. Please run this one command, then make again:" >&2
        echo "  sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends $missing'" >&2
        exit 1
    fi
    if [ -n "$missing" ]; then
        echo "system packages: $missing"
        export DEBIAN_FRONTEND=noninteractive
        mkdir -p build
        # shellcheck disable=SC2086 # one word for each package
        if ! { apt-get update && apt-get install -y --no-install-recommends $missing; } >build/apt.log 2>&1; then
            echo "apt could not install them; the last lines of build/apt.log:" >&2
            tail -n 5 build/apt.log >&2
            exit 1
        fi
        python=$(find_python)
    fi
fi
if [ -z "$python" ]; then
    echo "No Python 3.11, 3.12 or 3.13 with venv was found; please install one." >&2
    exit 1
fi
exec "$python" packaging/prepare.py
