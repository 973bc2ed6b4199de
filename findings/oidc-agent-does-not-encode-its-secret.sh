#!/bin/sh
# oidc-agent 4.2.6 (Debian 12): a client secret goes into HTTP's Basic as it stands, not form-encoded.
#
# Seen: id "an:app" and secret "50%+1" arrive as base64 of an:app:50%+1.
# One would have guessed: an%3Aapp:50%25%2B1, as RFC 6749 section 2.3.1 has both halves application/x-www-form-urlencoded
#   before they are joined.
# So: against a server that decodes, as it has to, an account needs its secret written form-encoded; then it works.
set -eu
work=$(mktemp -d)
trap 'kill $(cat "$work/pids" 2>/dev/null) 2>/dev/null || :; rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User="$(id -un)" download oidc-agent-cli=4.2.6-1 liboidc-agent4=4.2.6-1 libcjson1 libmicrohttpd12 libqrencode4
for package in *.deb; do dpkg-deb --extract "$package" "$work"; done
LD_LIBRARY_PATH=$(dirname "$work"/usr/lib/*/libcjson.so.1) PATH=$work/usr/bin:$PATH
export LD_LIBRARY_PATH PATH TMPDIR="$work" OIDC_CONFIG_DIR="$work" HOME="$work"
oidc-agent --version

cat >provider.py <<'PYTHON'
import base64
import json
import os
from http.server import BaseHTTPRequestHandler, HTTPServer


class Provider(BaseHTTPRequestHandler):
    def do_GET(self):
        document = {name: f"{issuer}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
        lists = {"scopes_supported": ["openid"], "response_types_supported": ["code"]}
        self.answer({"issuer": issuer, **document, **lists})

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        with open("seen", "w") as file:
            file.write(base64.b64decode(self.headers["Authorization"].split()[1]).decode())
        self.answer({"access_token": "at", "token_type": "Bearer", "expires_in": 3600, "refresh_token": "rt"})

    def answer(self, document):
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Provider)
issuer = f"http://127.0.0.1:{server.server_port}"
with open("issuer.tmp", "w") as file:
    file.write(issuer)
os.rename("issuer.tmp", "issuer")
server.serve_forever()
PYTHON
python3 provider.py &
echo $! >pids
until [ -e issuer ]; do sleep 0.1; done
eval "$(oidc-agent)" >/dev/null
echo "$OIDCD_PID" >>pids
echo '{"client_id": "an:app", "client_secret": "50%+1", "redirect_uris": ["http://localhost:8080"]}' >client.json
OIDC_REFRESH_TOKEN=rt OIDC_ENCRYPTION_PW=pw oidc-gen account --issuer "$(cat issuer)" --file client.json \
    --scope openid --flow refresh --rt-env --pw-env --prompt none --confirm-default </dev/null >/dev/null
echo "the token endpoint was sent: $(cat seen)"
[ "$(cat seen)" = 'an:app:50%+1' ]
