# For try.sh and test.sh, which source it: a virtual environment in the clone, with keyturn installed in it.
# shellcheck shell=sh

note() { printf 'keyturn: %s\n' "$*"; }

fail() { # SENTENCE HINT
    printf 'keyturn: error: %s\nkeyturn: hint: %s\n' "$1" "$2" >&2
    exit 1
}

make_venv() { # DIRECTORY: an environment that works is kept, what is no environment is never touched
    if [ -e "$1" ] && [ ! -e "$1/pyvenv.cfg" ]; then
        fail "$1 exists and is not a virtual environment" "mv '$1' '$1.old'"
    fi
    ! venv_works "$1" || return 0
    [ ! -e "$1" ] || note "making $1 anew: it has another place, no pip, or no Python 3.11"
    find_python
    [ -w "${1%/*}" ] || fail "nothing can be made in ${1%/*}" "ls -ld '${1%/*}'"
    "$python" -m venv --clear "$1" || fail "$python could not make a virtual environment in $1" "df -h '$1/..'"
}

install_keyturn() { # DIRECTORY EXTRA: once, until what the installation was made from changes; with $lowest the oldest allowed
    stamp=$1/keyturn-$2.stamp
    constraint=
    if [ -n "$lowest" ]; then
        constraint=$1/lowest.txt
        grep -o '"[a-z][a-z-]*>=[0-9.]*' pyproject.toml | tr -d '"' | sed 's/>=/==/' >"$constraint"
    fi
    made_from=$(cksum pyproject.toml helper/native/*.[ch] helper/native/*/*.[ch] helper/native/*.py helper/native/*.sh; printf '%s\n' "$1" "$(command -v "${CC:-cc}" || :)")
    if [ "$(cat "$stamp" 2>/dev/null)" != "$made_from" ]; then
        [ -w "$1" ] || fail "$1 belongs to somebody else" "ls -ld '$1'"
        note "installing keyturn and what it needs (the downloads may take a minute)"
        run_pip "$1" install --quiet --no-user ${constraint:+--constraint "$constraint"} --editable ".[$2]" || fail "pip could not install keyturn (see above)" "sh '$0'"
        printf '%s\n' "$made_from" >"$stamp"
    fi
    if [ "$(head -c 2 "$1/bin/git-credential-keyturn")" = '#!' ]; then
        note "no C compiler works here, so the helpers are sh scripts: the same answers, a slower start"
    fi
}

need_git() {
    command -v git >/dev/null || fail "git is not installed" "$(installing git)"
}

installing() { # PACKAGE…: the command, where this system's is known
    for manager in apt dnf zypper apk brew; do
        if command -v "$manager" >/dev/null; then
            [ "$manager" = apk ] && printf 'apk add %s' "$*" || printf '%s install %s' "$manager" "$*"
            return
        fi
    done
    printf "install it with your system's package manager: %s" "$*"
}

lowest=
pythons="python3 python3.14 python3.13 python3.12 python3.11"

find_python() { # sets $python: the first of $pythons that is new enough and can make environments
    unfit=
    for python in $pythons; do
        # The exit status, because a name on PATH may be a version manager's stub for a Python that it does not have.
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue
        "$python" -c 'import ensurepip, venv' >/dev/null 2>&1 && return
        [ -n "$unfit" ] || unfit=$python
    done
    [ -z "$unfit" ] || fail "$unfit has no module venv (some systems package it apart)" "$(installing "$unfit-venv")"
    asked=${pythons%% *}
    found=$("$asked" -c 'import platform; print("'"${asked##*/}"' is", platform.python_version())' 2>/dev/null) || found="there is no $asked"
    fail "keyturn needs Python 3.11 or newer, and $found" "$(installing python3 python3-venv)"
}

venv_works() { # DIRECTORY: its programs name their place, so one that was moved or copied does not work
    grep -qsF "$1/bin/" "$1/bin/pip" && "$1/bin/python" -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

run_pip() { # DIRECTORY ARGUMENTS
    venv=$1
    shift
    # Nothing is written outside the clone: no cache in HOME, unless somebody keeps one on purpose.
    [ -n "${PIP_CACHE_DIR-}" ] || PIP_NO_CACHE_DIR=1
    export PIP_NO_CACHE_DIR
    PIP_DISABLE_PIP_VERSION_CHECK=1 "$venv/bin/python" -m pip "$@" --no-input
}

# What other projects need of Python must not reach into this environment.
unset PYTHONHOME PYTHONPATH PIP_TARGET PIP_PREFIX PIP_USER PIP_REQUIRE_VIRTUALENV
