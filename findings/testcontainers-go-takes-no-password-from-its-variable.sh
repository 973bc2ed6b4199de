#!/bin/sh
# testcontainers-go 0.45.0: of DOCKER_AUTH_CONFIG it takes the names of the registries, and the password of each from
# config.json, unless the variable has `username` and `password` in clear.
#
# Seen: with an entry as `docker login` writes it (`auth`, or `identitytoken` besides) in the variable, there is neither
#   user nor password nor token for the registry, and where config.json has another entry for it, that one's are used.
#   The same text in config.json is understood, and so are `username` and `password` in the variable.
# One would have guessed: that the variable counts; of the manual's places to look it is the first, to be used "as the
#   Docker config". docker's own variable (28.3 and later) and GitLab's have the very form that is not read.
# So: a job whose pulls are refused, or made as somebody else, may have the right password in the variable; written into
#   config.json, or behind a credential helper that is named there, it is found.
set -eu
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
mkdir "$work/finding" "$work/.docker"
cd "$work/finding"
export HOME="$work" DOCKER_CONFIG="$work/.docker" DOCKER_HOST="unix://$work/no-engine"
export GOPATH="$work/go" GOCACHE="$work/cache" GOFLAGS=-modcacherw GOENV=off GOTOOLCHAIN=go1.26.8
cat >main.go <<'GO'
package main

import (
	"context"
	"fmt"

	"github.com/testcontainers/testcontainers-go"
)

func main() {
	_, auth, err := testcontainers.DockerImageAuth(context.Background(), "registry.example/app:1")
	if err != nil {
		panic(err)
	}
	fmt.Printf("user %q, password %q, identity token %q\n", auth.Username, auth.Password, auth.IdentityToken)
}
GO
{
    go mod init finding
    go get github.com/testcontainers/testcontainers-go@v0.45.0
    go mod tidy
    go build -o asks .
} 2>go.log
config() { # ENTRY: the configuration with it
    echo '{"auths": {"registry.example": '"$1"'}}'
}
login() { # USER:PASSWORD [MEMBER]: the entry that docker writes
    config '{"auth": "'"$(printf %s "$1" | base64)"'"'"${2-}"'}'
}
asks() { # WHERE [VARIABLE]: what it has for the registry
    if [ $# = 2 ]; then export DOCKER_AUTH_CONFIG="$2"; else unset DOCKER_AUTH_CONFIG; fi
    echo "$1: $(./asks 2>log)"
}
{
    asks 'variable' "$(login me:variable)"
    asks 'variable, identity token' "$(login me: ', "identitytoken": "variable"')"
    asks 'variable, in clear' "$(config '{"username": "me", "password": "variable"}')"
    login other:file >"$work/.docker/config.json"
    asks 'file'
    asks 'variable and file' "$(login me:variable)"
    login me: ', "identitytoken": "file"' >"$work/.docker/config.json"
    asks 'file, identity token'
} | tee seen
cat >expected <<'SEEN'
variable: user "", password "", identity token ""
variable, identity token: user "", password "", identity token ""
variable, in clear: user "me", password "variable", identity token ""
file: user "other", password "file", identity token ""
variable and file: user "other", password "file", identity token ""
file, identity token: user "", password "", identity token "file"
SEEN
cmp seen expected
