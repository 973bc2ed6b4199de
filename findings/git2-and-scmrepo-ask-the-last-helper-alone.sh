#!/bin/sh
# git2 0.21.0 (Rust; what cargo fetches with) and scmrepo 3.6.2 (Python; DVC's git) run git's credential helpers
# themselves, and take credential.helper for a single value: of several they ask the last one alone, and the empty one
# that begins the list anew is nothing to them.
#
# Seen: of "first" and "last", git asks the first, which has the password, and is done; both libraries ask the last, and
#   have none. Where a host's section has an empty helper and then "last", git asks that one alone; they go on to the
#   general "first", or begin with it.
# One would have guessed: as git: "If there are multiple instances of the credential.helper configuration variable, each
#   helper will be tried in turn", and "a helper that is configured to the empty string resets the helper list"
#   (gitcredentials(7)); git2's manual has credential_helper() read the variable "according to gitcredentials(7)".
# So: with the pair that git-credential-oauth's manual gives, a cache and then oauth, cargo and DVC open a browser each
#   time: what they are to use has to be the last helper, and to keep its tokens itself.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check scmrepo==3.6.2 dulwich==1.2.21
mkdir -p bin asks/src
cat >asks/Cargo.toml <<'TOML'
[package]
name = "asks"
version = "0.1.0"
edition = "2021"

[dependencies]
git2 = { version = "=0.21.0", default-features = false, features = ["cred"] }
TOML
cat >asks/src/main.rs <<'RUST'
fn main() {
    let url = std::env::args().nth(1).unwrap();
    let config = git2::Config::open_default().unwrap();
    let got = git2::Cred::credential_helper(&config, &url, None);
    println!("{}", if got.is_ok() { "a password" } else { "none" });
}
RUST
CARGO_HOME="$work/cargo" cargo build --quiet --manifest-path asks/Cargo.toml
cp asks/target/debug/asks bin/ask-by-git2
cat >bin/ask-by-scmrepo <<PYTHON
#!$work/venv/bin/python
import sys

from scmrepo.git.credentials import Credential, CredentialNotFoundError

try:
    Credential(url=sys.argv[1]).fill(interactive=False)
    print("a password")
except CredentialNotFoundError:
    print("none")
PYTHON
cat >bin/git-credential-first <<'HELPER'
#!/bin/sh
echo "first " >>"$ASKED"
printf 'username=me\npassword=secret\n'
HELPER
cat >bin/git-credential-last <<'HELPER'
#!/bin/sh
echo "last " >>"$ASKED"
HELPER
cat >bin/ask-by-git <<'SHELL'
#!/bin/sh
if printf 'url=%s\n\n' "$1" | git credential fill >answer 2>&1; then echo a password; else echo none; fi
SHELL
chmod 755 bin/*
export HOME="$work" PATH="$work/bin:$PATH" ASKED="$work/asked" GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0
unset GIT_ASKPASS SSH_ASKPASS XDG_CONFIG_HOME
ask() { # NAME: whom each asks with the present configuration, and what it has then
    for client in git git2 scmrepo; do
        : >asked
        has=$("bin/ask-by-$client" https://git.example/app)
        echo "$1, $client: asked $(tr -d '\n' <asked)and has $has"
    done
}
{
    printf '[credential]\n\thelper = first\n\thelper = last\n' >.gitconfig
    ask "two helpers"
    printf '[credential]\n\thelper = first\n[credential "https://git.example"]\n\thelper =\n\thelper = last\n' >.gitconfig
    ask "list begun anew"
} | tee seen
cat >expected <<'SEEN'
two helpers, git: asked first and has a password
two helpers, git2: asked last and has none
two helpers, scmrepo: asked last and has none
list begun anew, git: asked last and has none
list begun anew, git2: asked last first and has a password
list begun anew, scmrepo: asked first and has a password
SEEN
cmp seen expected
