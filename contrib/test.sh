#!/bin/sh
# sh contrib/test.sh: a virtual environment, keyturn in it, and the whole test suite.
# Arguments go to pytest, and then pytest alone runs: sh contrib/test.sh tests/unit -k name
# In front of them:
#   --python PYTHON  with that one, in an environment of its own (.venv-PYTHON)
#   --lowest         with the oldest versions of everything that pyproject.toml allows (.venv-lowest)
#   --long           instead of all this: a minute of fuzzing, the tests marked long (they take Java, and Go for the
#                    clients that contrib/registry-clients.sh builds; as root also those in front of a docker engine),
#                    then for hours a thousand simulated quarters (--quarters N: fewer; --record FILE: it can go on later)
# KEYTURN_REQUIRE_ALL=1: a test that misses a program fails instead of being skipped.
set -eu
unset CDPATH
cd -P -- "$(dirname -- "$0")/.."
. contrib/venv.sh

venv=$PWD/.venv
case ${1-} in
-h | --help)
    sed -n 's/^# //p' contrib/test.sh
    exit
    ;;
--python)
    [ $# -ge 2 ] || fail "--python takes the name of a Python" "sh contrib/test.sh --python python3.13"
    pythons=$2
    venv=$PWD/.venv-${2##*/}
    shift 2
    ;;
--lowest)
    lowest=yes
    venv=$PWD/.venv-lowest
    shift
    ;;
esac
long=
if [ "${1-}" = --long ]; then
    long=yes
    shift
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
if [ -n "$long" ]; then
    install_keyturn "$venv" long
    export PYTHONPATH="$PWD/tests"
    "$bin/python" -m fuzz
    sh contrib/ansible.sh --rulebook "$venv/ansible"
    sh contrib/registry-clients.sh "$venv/registry-clients"
    PATH=$venv/registry-clients:$PATH KEYTURN_ANSIBLE=$venv/ansible "$bin/python" -m pytest -m long
    exec "$bin/python" -m simulation --quarters 1000 "$@"
fi
[ $# -eq 0 ] || exec "$bin/python" -m pytest "$@"

check "ruff check" "$bin/python" -m ruff check
check "ruff format" "$bin/python" -m ruff format --check
check "mypy" "$bin/python" -m mypy
check "import rules" "$bin/lint-imports"
check "pytest" "$bin/python" -m pytest --numprocesses auto --dist loadfile # a file's tests share what is slow to make
[ -z "$failed" ] || fail "failed: $failed" "the first failure of each stands above"
