#!/bin/sh
# oras (oras-py) 0.2.43: refused with 401 and error="insufficient_scope", it sends the token it has once more, and never
# asks for one with the scope that the challenge names. A push begins by looking whether the registry has the layer
# (scope pull), so that it ends there wherever tokens are for what was asked.
#
# Seen: one token request, for repository:app:pull; the upload is refused twice with that token.
# One would have guessed: a second token request, for repository:app:pull,push, which the challenge names (RFC 6750
# section 3.1; the distribution project's "Token Authentication Specification").
# So: nothing that a credential helper could do. keyturn's refresh token is good for both; the client has to ask.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check oras==0.2.43
cd "$work"
echo layer >layer.txt
HOME=$work DOCKER_CONFIG=$work "$work/venv/bin/python" - <<'PYTHON'
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version
from urllib.parse import parse_qs, urlsplit

from oras.client import OrasClient

asked, refused = [], []


class Registry(BaseHTTPRequestHandler):
    """A token is good for the actions that it was asked for, and says so: "pull", "pull,push"."""

    def answer(self):
        if self.path.startswith("/token"):
            asked.append(parse_qs(urlsplit(self.path).query)["scope"][0])
            return self.reply(200, json.dumps({"token": asked[-1].rpartition(":")[2]}))
        needed = "pull" if self.command in {"GET", "HEAD"} else "pull,push"
        token = self.headers.get("authorization", "").removeprefix("Bearer ")
        if not set(needed.split(",")) <= set(token.split(",")):
            refused.append((self.command, token))
            realm = f'Bearer realm="http://{self.headers["host"]}/token",service="r",scope="repository:app:{needed}"'
            error = ',error="insufficient_scope"' if token else ""
            return self.reply(401, "{}", {"WWW-Authenticate": realm + error})
        return self.reply(404 if needed == "pull" else 202, "{}")

    def reply(self, status, text, headers={}):
        self.send_response(status)
        for name, value in {**headers, "Content-Type": "application/json", "Content-Length": str(len(text))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text.encode())

    do_GET = do_HEAD = do_POST = do_PUT = answer

    def log_message(self, *words):
        pass


server = HTTPServer(("127.0.0.1", 0), Registry)
threading.Thread(target=server.serve_forever, daemon=True).start()
try:
    OrasClient(insecure=True).push(target=f"127.0.0.1:{server.server_port}/app:1", files=["layer.txt"])
    ended = "it pushed"
except ValueError as error:
    ended = str(error)
print("oras", version("oras"))
print("scopes asked for:", asked)
print("refused, with which token:", refused)
print("end:", ended)
assert asked == ["repository:app:pull"], asked
assert refused[-2:] == [("POST", "pull"), ("POST", "pull")], refused
PYTHON
