#!/bin/sh
# sh contrib/registry-clients.sh DIRECTORY: clients of registries that Debian has not, built from their Go modules, as
# many as DIRECTORY lacks. For `contrib/test.sh --long`; the first time takes half an hour of one core, cosign most of it.
set -eu
fail() { # SENTENCE HINT
    printf 'keyturn: error: %s\nkeyturn: hint: %s\n' "$1" "$2" >&2
    exit 1
}

[ $# -eq 1 ] || fail "registry-clients.sh takes one directory" "sh contrib/registry-clients.sh /tmp/registry-clients"
command -v go >/dev/null || fail "go is needed to build them" "which -a go"
mkdir -p "$1"
directory=$(cd "$1" && pwd -P)
module=$(mktemp -d)
trap 'rm -rf "$module"' EXIT
cd "$module"
export CGO_ENABLED=0 GOFLAGS='-buildvcs=false -mod=mod'

build() { # PROGRAM PACKAGE VERSION: in a module of its own, because some of theirs cannot be installed by name
    [ ! -x "$directory/$1" ] || return 0
    printf '%s %s\n' "$1" "$3"
    rm -f go.mod go.sum
    go mod init clients 2>/dev/null
    go get "$2@$3" 2>/dev/null || fail "$2 $3 is not to be had" "go get $2@$3"
    go build -ldflags='-s -w' -o "$directory/$1" "$2"
}

build crane github.com/google/go-containerregistry/cmd/crane v0.22.1
build oras oras.land/oras/cmd/oras v1.3.6
build regctl github.com/regclient/regclient/cmd/regctl v0.11.7
build helm helm.sh/helm/v4/cmd/helm v4.3.1
build docker-buildx github.com/docker/buildx/cmd/buildx v0.38.2
build docker-compose github.com/docker/compose/v2/cmd v2.40.3
build cosign github.com/sigstore/cosign/v3/cmd/cosign v3.1.3
