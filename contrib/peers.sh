#!/bin/sh
# sh contrib/peers.sh [--az] DIRECTORY: what keyturn is measured beside, as far as it can be had here: as root on Debian
# its packages, in DIRECTORY/bin what is built from Go modules, and with --az az, which is large.
# What cannot be had is said and left out: the benchmarks name it as absent. For `contrib/bench.sh --peers`.
set -eu
note() { printf 'keyturn: %s\n' "$*"; }
fail() { # SENTENCE HINT
    printf 'keyturn: error: %s\nkeyturn: hint: %s\n' "$1" "$2" >&2
    exit 1
}

az=
if [ "${1-}" = --az ]; then
    az=yes
    shift
fi
[ $# -eq 1 ] || fail "peers.sh takes one directory" "sh contrib/peers.sh /tmp/peers"
mkdir -p "$1/bin"
directory=$(cd "$1" && pwd -P)

packages() { # PACKAGE…: those that are not there yet
    missing=
    for package; do
        dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q ' installed$' || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" -eq 0 ]; then
        # shellcheck disable=SC2086
        DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends $missing >/dev/null || note "not to be had:$missing"
    else
        note "left out, as only root may: apt-get install --no-install-recommends$missing"
    fi
}

build() { # PROGRAM MODULE VERSION
    [ ! -x "$directory/bin/$1" ] || return 0
    note "building $1 $3"
    GOBIN="$directory/bin" GOFLAGS=-buildvcs=false go install "$2@$3" || note "not to be had: $1 $3"
}

if command -v apt-get >/dev/null; then
    packages dbus gnome-keyring gnupg golang-docker-credential-helpers oidc-agent-cli pass
fi
if command -v go >/dev/null; then
    build kubelogin github.com/Azure/kubelogin v0.2.19
    build git-credential-oauth github.com/hickford/git-credential-oauth v0.17.2
else
    note "left out, as go is needed to build them: kubelogin, git-credential-oauth"
fi
if [ -n "$az" ] && [ ! -x "$directory/bin/az" ]; then
    note "fetching az (a few minutes)"
    python3 -m venv "$directory/az"
    "$directory/az/bin/python" -m pip install --quiet --disable-pip-version-check azure-cli==2.91.0
    ln -s ../az/bin/az "$directory/bin/az"
fi
