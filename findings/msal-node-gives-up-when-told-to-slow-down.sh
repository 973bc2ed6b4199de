#!/bin/sh
# @azure/msal-node 7.2.3: a device code sign-in ends with an error where the server says slow_down.
#
# Seen: when the second poll is answered slow_down, acquireTokenByDeviceCode() rejects with "post_request_failed:
#   slow_down", while the person has a quarter of an hour left to type the code.
# One would have guessed: five seconds are added to the interval and polling goes on, as msal 1.39.0 for Python does: of
#   slow_down RFC 8628 section 3.5 says that "the authorization request is still pending and polling should continue".
# So: a server that wants this client to come through answers authorization_pending, however often it is asked.
set -eu
work=$(mktemp -d)
trap 'kill "${server-}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check msal==1.39.0
npm install --silent --no-audit --no-fund --cache "$work/npm" @azure/msal-node@7.2.3 >npm.log
openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out ca -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost 2>openssl.log
cat >provider.py <<'PYTHON'
import json
import ssl
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

polls = {}


class Provider(BaseHTTPRequestHandler):
    def do_GET(self):
        names = ("authorization_endpoint", "token_endpoint", "device_authorization_endpoint", "jwks_uri")
        self.answer(200, {"issuer": f"{url}/v2.0", **{name: f"{url}/{name}" for name in names}})

    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if "device_code" not in form:
            code = f"device-{len(polls)}"
            polls[code] = iter(["authorization_pending", "slow_down"])
            again = {"interval": 1, "expires_in": 900, "message": "type CODE"}
            return self.answer(200, {"device_code": code, "user_code": "CODE", "verification_uri": url, **again})
        error = next(polls[form["device_code"][0]], None)
        token = {"access_token": "token", "token_type": "Bearer", "expires_in": 3600, "scope": "scope"}
        return self.answer(400, {"error": error}) if error else self.answer(200, token)

    def answer(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
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
url = f"https://localhost:{server.server_port}/tenant"
print(url, flush=True)
server.serve_forever()
PYTHON
cat >ask.js <<'JAVASCRIPT'
const { PublicClientApplication, version } = require("@azure/msal-node");
const authority = process.argv[2];
const auth = { clientId: "app", authority, knownAuthorities: [new URL(authority).host] };
new PublicClientApplication({ auth })
  .acquireTokenByDeviceCode({ scopes: ["scope"], deviceCodeCallback: () => {} })
  .then(
    (result) => console.log("msal-node", version, "ended with", result.accessToken),
    (error) => console.log("msal-node", version, "ended with", error.message)
  );
JAVASCRIPT
cat >ask.py <<'PYTHON'
import sys

import msal

app = msal.PublicClientApplication("app", authority=sys.argv[1], instance_discovery=False, verify="ca")
flow = app.initiate_device_flow(["scope"])
told = []
for _ in range(3):  # one poll each, so that the longer interval need not be waited for
    result = app.acquire_token_by_device_flow(flow, exit_condition=lambda _: True)
    told.append(f"{result.get('error') or result['access_token']} (interval {flow['interval']} s)")
print("msal", msal.__version__, "went on:", ", ".join(told))
PYTHON
mkfifo url
python3 provider.py >url &
server=$!
read -r url <url
NODE_EXTRA_CA_CERTS="$work/ca" node ask.js "$url" | tee seen
env -u REQUESTS_CA_BUNDLE -u CURL_CA_BUNDLE venv/bin/python -W ignore ask.py "$url" | tee -a seen
cat >expected <<'SEEN'
msal-node 7.2.3 ended with post_request_failed: slow_down
msal 1.39.0 went on: authorization_pending (interval 1 s), slow_down (interval 6 s), token (interval 6 s)
SEEN
cmp seen expected
