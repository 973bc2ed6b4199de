#!/bin/sh
# sh contrib/try.sh: a virtual environment, keyturn in it, and its demo. Arguments go to `keyturn demo`.
set -eu
unset CDPATH
cd -P -- "$(dirname -- "$0")/.."
. contrib/venv.sh

note "this installs keyturn in .venv and runs its demo: real git against an emulator on this machine;"
note "nothing is signed in anywhere, and nothing is changed but this directory, and one of its own in the system's temporary one"
need_git
make_venv "$PWD/.venv"
install_keyturn "$PWD/.venv" demo
exec "$PWD/.venv/bin/keyturn" demo "$@"
