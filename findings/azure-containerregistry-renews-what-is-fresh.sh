#!/bin/sh
# azure-containerregistry 1.2.0: the client exchanges its refresh token at each request while it is fresh, and keeps it
# once it has ended: its comparison with the clock stands the other way round.
#
# Seen: five listings in a row ask the credential for five tokens and the registry for five exchanges; the same client,
#   after an idle night, sends the ended token, exchanges nothing, and fails each time.
# One would have guessed: one exchange for the three hours that the refresh token of an Azure registry lives, and
#   another one after them.
# So: after a pause such a program needs a new client; and its 401 does not mean that its identity has lost a right.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check azure-containerregistry==1.2.0 azure-core==1.41.0
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key" -out "$work/ca" -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost 2>"$work/openssl.log"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import base64
import json
import ssl
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version
from urllib.parse import parse_qs

from azure.containerregistry import ContainerRegistryClient
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError

HOURS = 3600
counted = Counter()
real, slept = time.time, 0
time.time = lambda: real() + slept  # client and registry share this clock


class Registry(BaseHTTPRequestHandler):
    """Azure's flow: /oauth2/exchange gives a refresh token (a JWT) for three hours, /oauth2/token a token for it."""

    def do_GET(self):
        if self.headers["Authorization"] == "Bearer access":
            return self.answer(200, {"repositories": ["app"]})
        host = self.headers["Host"]
        challenge = f'Bearer realm="https://{host}/oauth2/token",service="{host}",scope="registry:catalog:*"'
        return self.answer(401, {"errors": []}, {"WWW-Authenticate": challenge})

    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if self.path.startswith("/oauth2/exchange"):
            counted["exchanges"] += 1
            return self.answer(200, {"refresh_token": f"e30.{encoded({'exp': int(time.time()) + 3 * HOURS})}.signature"})
        claims = json.loads(base64.urlsafe_b64decode(form["refresh_token"][0].split(".")[1] + "=="))
        if claims["exp"] > time.time():
            return self.answer(200, {"access_token": "access"})
        counted["ended refresh tokens sent"] += 1
        return self.answer(401, {"errors": [{"code": "UNAUTHORIZED", "message": "refresh token expired"}]})

    def answer(self, status, document, headers={}):
        body = json.dumps(document).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Type": "application/json", "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


class Identity:
    def get_token(self, *scopes, **options):
        counted["get_token"] += 1
        return AccessToken("entra", int(time.time()) + HOURS)


def encoded(claims):
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")


server = HTTPServer(("127.0.0.1", 0), Registry)
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain("ca", "key")
server.socket = tls.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = ContainerRegistryClient(
    f"https://localhost:{server.server_port}",
    Identity(),
    audience="https://containerregistry.azure.net",
    connection_verify="ca",
)
print("azure-containerregistry", version("azure-containerregistry"))
assert [list(client.list_repository_names()) for _ in range(5)] == [["app"]] * 5
print("five listings:", dict(counted))
assert counted == {"get_token": 5, "exchanges": 5}, counted
counted.clear()
slept = 10 * HOURS
for _ in range(2):
    try:
        print(list(client.list_repository_names()))
    except ClientAuthenticationError as error:
        print("ten hours later:", error.status_code, dict(counted))
assert counted == {"ended refresh tokens sent": 2}, counted
PYTHON
