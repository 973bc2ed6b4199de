#!/bin/sh
# sh contrib/test.sh: a virtual environment, keyturn in it, and the whole test suite.
# Arguments go to pytest, and then pytest alone runs: sh contrib/test.sh tests/unit -k name
# --python PYTHON in front of them: with that one, in an environment of its own (.venv-PYTHON).
# KEYTURN_REQUIRE_ALL=1: a test that misses a program fails instead of being skipped.
set -eu
unset CDPATH
cd -P -- "$(dirname -- "$0")/.."
. contrib/venv.sh

venv=$PWD/.venv
if [ "${1-}" = --python ]; then
    [ $# -ge 2 ] || fail "--python takes the name of a Python" "sh contrib/test.sh --python python3.13"
    pythons=$2
    venv=$PWD/.venv-${2##*/}
    shift 2
fi
bin=$venv/bin
failed=

check() { # NAME COMMAND…: every check runs, whatever the ones before said
    name=$1
    shift
    printf '\n== %s\n' "$name"
    "$@" || failed="$failed${failed:+, }$name"
}

need_git
make_venv "$venv"
install_keyturn "$venv" test
[ $# -eq 0 ] || exec "$bin/python" -m pytest "$@"

check "ruff check" "$bin/python" -m ruff check
check "ruff format" "$bin/python" -m ruff format --check
check "mypy" "$bin/python" -m mypy
check "import rules" "$bin/lint-imports"
# Most of a test is waiting for other processes, so one worker more than there are cores; a file's tests share fixtures.
workers=$(($(getconf _NPROCESSORS_ONLN) + 1))
check "pytest" "$bin/python" -m pytest --numprocesses "$workers" --dist loadfile
[ -z "$failed" ] || fail "failed: $failed" "the first failure of each stands above"
