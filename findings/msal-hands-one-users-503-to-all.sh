#!/bin/sh
# msal 1.39.0 (Python): a 503 or 429 to one user's on-behalf-of request is the answer to every other user's as well, for
# as long as Retry-After says, up to an hour; the server is not asked.
#
# Seen: Alice's request is answered 503, Retry-After 3600; Bob's raises the same error and is not sent, though the
#   server would serve him. By refresh token Bob's is sent, and served.
# One would have guessed: users are held apart here, too. What tells one request from another in msal's memory of
#   refusals holds the refresh token, the code or the user name, and not the assertion of the user.
# So: a service that acts for its users has one application object for each of them, or counts one user's bad luck as
#   everybody's.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check msal==1.39.0
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key" -out "$work/ca" -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost 2>"$work/openssl.log"
cd "$work"
env -u REQUESTS_CA_BUNDLE -u CURL_CA_BUNDLE venv/bin/python - <<'PYTHON'
import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import msal

SCOPES = ["https://graph.microsoft.com/.default"]
asked = []


class Provider(BaseHTTPRequestHandler):
    """Has no time for Alice, for an hour; Bob it serves."""

    def do_GET(self):
        ends = {name: f"{url}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
        self.answer(200, {"issuer": f"{url}/v2.0", **ends})

    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        who = form.get("assertion", form.get("refresh_token"))[0]
        asked.append(who)
        if who == "alice":
            return self.answer(503, {"error": "temporarily_unavailable"}, {"Retry-After": "3600"})
        return self.answer(200, {"access_token": f"for {who}", "token_type": "Bearer", "expires_in": 3600})

    def answer(self, status, document, headers={}):
        body = json.dumps(document).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Type": "application/json", "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


server = HTTPServer(("127.0.0.1", 0), Provider)
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain("ca", "key")
server.socket = tls.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"https://localhost:{server.server_port}/tenant"
api = msal.ConfidentialClientApplication(
    "api", client_credential="secret", authority=url, instance_discovery=False, verify="ca"
)
print("msal", msal.__version__)
for acquire in (api.acquire_token_by_refresh_token, api.acquire_token_on_behalf_of):
    ended = []
    for who in ("alice", "bob"):
        try:
            ended.append(acquire(who, SCOPES)["access_token"])
        except msal.exceptions.MsalServiceError as error:
            ended.append(str(error))
    print(f"{acquire.__name__}: alice, bob: {ended}; asked for: {asked}")
    by_refresh_token = acquire == api.acquire_token_by_refresh_token
    assert ended == ["HTTP Error: 503", "for bob" if by_refresh_token else "HTTP Error: 503"], ended
    assert asked == (["alice", "bob"] if by_refresh_token else ["alice"]), asked
    asked.clear()
PYTHON
