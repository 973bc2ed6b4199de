#!/bin/sh
# sh contrib/test.sh: a virtual environment, keyturn in it, and the whole test suite.
# Arguments go to pytest, and then pytest alone runs: sh contrib/test.sh tests/unit -k name
# KEYTURN_REQUIRE_ALL=1: a test that misses a program fails instead of being skipped.
set -eu
unset CDPATH
cd -P -- "$(dirname -- "$0")/.."
. contrib/venv.sh

bin=$PWD/.venv/bin
failed=

check() { # NAME COMMAND…: every check runs, whatever the ones before said
    name=$1
    shift
    printf '\n== %s\n' "$name"
    "$@" || failed="$failed${failed:+, }$name"
}

need_git
make_venv "$PWD/.venv"
install_keyturn "$PWD/.venv" test
[ $# -eq 0 ] || exec "$bin/python" -m pytest "$@"

check "ruff check" "$bin/python" -m ruff check
check "ruff format" "$bin/python" -m ruff format --check
check "mypy" "$bin/python" -m mypy
check "import rules" "$bin/lint-imports"
check "pytest" "$bin/python" -m pytest
[ -z "$failed" ] || fail "failed: $failed" "the first failure of each stands above"
