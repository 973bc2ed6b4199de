#!/bin/sh
# oras (oras-py) 0.2.43: a credential helper's answer with the user name <token>, which in docker's protocol says that
# the secret is an identity (refresh) token, is used as user name and password.
#
# Seen: the stored credential is Basic "<token>:SECRET".
# One would have guessed: as docker, oras (Go), crane and skopeo: POST the secret as refresh_token to the token endpoint.
# So: a helper for Azure's registries answers with the null GUID as user name, with which both ways work.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check oras==0.2.43
mkdir "$work/bin"
cat >"$work/bin/docker-credential-identity" <<'HELPER'
#!/bin/sh
cat >/dev/null
echo '{"ServerURL":"registry.example","Username":"<token>","Secret":"an-identity-token"}'
HELPER
chmod 755 "$work/bin/docker-credential-identity"
echo '{"credHelpers": {"registry.example": "identity"}}' >"$work/config.json"
PATH="$work/bin:$PATH" "$work/venv/bin/python" - "$work/config.json" <<'PYTHON'
import base64
import sys
from importlib.metadata import version

from oras.auth.token import TokenAuth
from oras.container import Container

backend = TokenAuth()
backend.load_configs(Container("registry.example/app"), configs=[sys.argv[1]])
kept = base64.b64decode(backend._basic_auth).decode()
print("oras", version("oras"))
print("Basic credential for registry.example:", kept)
assert kept == "<token>:an-identity-token", kept
PYTHON
