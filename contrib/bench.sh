#!/bin/sh
# sh contrib/bench.sh [CASE…]: keyturn measured beside its peers, or with --against WHEEL beside an earlier build.
# A virtual environment and keyturn in it, as for test.sh; --help names the cases. In front of them:
#   --peers  first gets the peers that can be had (contrib/peers.sh; as root it installs Debian's packages)
set -eu
unset CDPATH
cd -P -- "$(dirname -- "$0")/.."
. contrib/venv.sh

need_git
make_venv "$PWD/.venv"
install_keyturn "$PWD/.venv" test
if [ "${1-}" = --peers ]; then
    shift
    case " $* " in *" az "* | *" --az "*) az=--az ;; *) az= ;; esac
    sh contrib/peers.sh $az "$PWD/.venv/peers"
fi
PATH=$PWD/.venv/peers/bin:$PATH
PYTHONPATH=$PWD/tests exec "$PWD/.venv/bin/python" -m benchmarks "$@"
