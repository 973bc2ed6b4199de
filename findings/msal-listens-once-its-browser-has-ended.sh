#!/bin/sh
# msal 1.39.0 (Python; az and azure-identity sign in with it): while the browser that BROWSER names runs in the
# foreground, nobody answers at the redirect address, and the code that arrives meanwhile is lost.
#
# Seen: a text browser brings the code to http://localhost:PORT, waits for an answer, and is left; only then msal reads
#   what has come, fails to answer who has gone, forgets it, and waits on for a code that was there: the sign-in times
#   out. With BROWSER="PROGRAM %s &" the same program signs in.
# One would have guessed: the listener answers from the moment on that its address is in the URL, whatever kind of
#   browser Python's webbrowser module finds: that one waits for a program of BROWSER to end (w3m, lynx, a wrapper that
#   does not go into the background).
# So: BROWSER ends in " %s &", or names a program that leaves by itself.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check msal==1.39.0
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key" -out "$work/ca" -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost 2>"$work/openssl.log"
cd "$work"
cat >browser <<'BROWSER'
#!venv/bin/python
import sys
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import ProxyHandler, build_opener

asked = parse_qs(urlsplit(sys.argv[1]).query)
form = urlencode({"code": "code", "state": asked["state"][0]}).encode()
try:
    build_opener(ProxyHandler({})).open(asked["redirect_uri"][0], form, 2)
except OSError as error:
    print("no answer:", type(error).__name__, flush=True)
BROWSER
sed -i "1s|!venv|!$work/venv|" browser
chmod +x browser
cat >sign_in.py <<'PYTHON'
import json
import os
import ssl
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import msal


class Provider(BaseHTTPRequestHandler):
    def do_GET(self):
        ends = {name: f"{url}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
        self.answer({"issuer": f"{url}/v2.0", **ends})

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer({"access_token": "token", "token_type": "Bearer", "expires_in": 3600})

    def answer(self, document):
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


server = HTTPServer(("127.0.0.1", 0), Provider)
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain("ca", "key")
server.socket = tls.wrap_socket(server.socket, server_side=True)
url = f"https://localhost:{server.server_port}/11111111-2222-3333-4444-555555555555"
threading.Thread(target=server.serve_forever, daemon=True).start()
app = msal.PublicClientApplication("app", authority=url, instance_discovery=False, verify="ca", proxies={})
try:
    outcome = "signed in" if "access_token" in app.acquire_token_interactive(["scope"], timeout=8) else "refused"
except Exception as error:
    outcome = type(error).__name__
print(os.path.basename(os.environ["BROWSER"]), outcome, sep=": ", flush=True)
os._exit(0)
PYTHON
for how in "" " %s &"; do
    env -u REQUESTS_CA_BUNDLE -u CURL_CA_BUNDLE BROWSER="$work/browser$how" venv/bin/python sign_in.py 2>errors
done | tee seen
cat >expected <<'SEEN'
no answer: TimeoutError
browser: BrowserInteractionTimeoutError
browser %s &: signed in
SEEN
cmp seen expected
