#!/bin/sh
# scmrepo 3.6.2 (Python; DVC's git): a git credential helper that answers quit=1 is taken for one that knows nothing; the
# next helper is asked, and after the last one the person.
#
# Seen: with one helper that says quit=1 and one behind it that has a password, git asks the first alone and ends with
#   "told us to quit"; scmrepo asks both and has the password. Where nothing stands behind it, it runs GIT_ASKPASS, git
#   does not. It has an error of its own for quit=1, and drops the line before it looks for it.
# One would have guessed: as git: "no further helpers will be consulted, nor will the user be prompted"
#   (gitcredentials(7)).
# So: a helper cannot keep this client from others, nor from asking for a password that is of no use there.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check scmrepo==3.6.2 dulwich==1.2.21
mkdir bin
cat >bin/git-credential-quits <<'HELPER'
#!/bin/sh
echo "quits " >>"$ASKED"
echo quit=1
HELPER
cat >bin/git-credential-has <<'HELPER'
#!/bin/sh
echo "has " >>"$ASKED"
printf 'username=me\npassword=secret\n'
HELPER
cat >bin/person <<'ASKPASS'
#!/bin/sh
echo "person " >>"$ASKED"
echo secret
ASKPASS
cat >bin/ask-by-scmrepo <<PYTHON
#!$work/venv/bin/python
from scmrepo.git.credentials import Credential

print("password", Credential(url="https://git.example/app").fill().password)
PYTHON
cat >bin/ask-by-git <<'SHELL'
#!/bin/sh
if printf 'url=https://git.example/app\n\n' | git credential fill >answer 2>log; then
    sed -n 's/password=/password /p' answer
else
    cat log
fi
SHELL
chmod 755 bin/*
export HOME="$work" PATH="$work/bin:$PATH" ASKED="$work/asked" GIT_CONFIG_NOSYSTEM=1 GIT_ASKPASS="$work/bin/person" LC_ALL=C
unset XDG_CONFIG_HOME
ask() { # whom each asks with the present configuration, and what it ends with
    for client in git scmrepo; do
        : >asked
        ending=$("bin/ask-by-$client")
        echo "$client: asked $(tr -d '\n' <asked)and ended with $ending"
    done
}
{
    printf '[credential]\n\thelper = quits\n[credential "https://git.example"]\n\thelper = has\n' >.gitconfig
    ask
    printf '[credential]\n\thelper = quits\n' >.gitconfig
    ask
} | tee seen
cat >expected <<'SEEN'
git: asked quits and ended with fatal: credential helper 'quits' told us to quit
scmrepo: asked quits has and ended with password secret
git: asked quits and ended with fatal: credential helper 'quits' told us to quit
scmrepo: asked quits person person and ended with password secret
SEEN
cmp seen expected
