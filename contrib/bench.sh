#!/bin/sh
# sh contrib/bench.sh [CASE…]: keyturn measured beside its peers, or with --against WHEEL beside an earlier build.
# A virtual environment and keyturn in it, as for test.sh; --help names the cases.
set -eu
unset CDPATH
cd -P -- "$(dirname -- "$0")/.."
. contrib/venv.sh

need_git
make_venv "$PWD/.venv"
install_keyturn "$PWD/.venv" test
PYTHONPATH=$PWD/tests exec "$PWD/.venv/bin/python" -m benchmarks "$@"
