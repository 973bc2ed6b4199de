#!/bin/sh
# requests-oauthlib 2.0.0 with oauthlib 4.0.1: after a refresh that is answered without expires_in the old token's end
# still counts, so that the new token is held for ended, too.
#
# Seen: each request refreshes, hands the new token to token_updater, and raises TokenExpiredError; the request is not
#   sent.
# One would have guessed: it goes out with the new token, as Authlib 1.9.10 does it; expires_in is only recommended (RFC
#   6749 section 5.1).
# So: a token service that has such clients says expires_in in every answer, those to a refresh among them.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
    requests-oauthlib==2.0.0 oauthlib==4.0.1 Authlib==1.9.10 requests==2.34.2
OAUTHLIB_INSECURE_TRANSPORT=1 "$work/venv/bin/python" - <<'PYTHON'
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version

import requests_oauthlib
from authlib.integrations import requests_client
from oauthlib.oauth2 import TokenExpiredError

seen = []


class Server(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        seen.append("refresh")
        self.answer({"access_token": f"at-{len(seen)}", "token_type": "Bearer", "refresh_token": "rt"})

    def do_GET(self):
        seen.append(self.headers["Authorization"])
        self.answer({})

    def answer(self, document):
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


server = HTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
ended = {"access_token": "old", "token_type": "Bearer", "refresh_token": "rt", "expires_at": int(time.time()) - 60}
told = []
of_requests = requests_oauthlib.OAuth2Session(
    "app", token=dict(ended), auto_refresh_url=url, token_updater=lambda token: told.append(token["access_token"])
)
of_authlib = requests_client.OAuth2Session("app", "secret", token=dict(ended), token_endpoint=url)
for name, session in (("requests-oauthlib", of_requests), ("Authlib", of_authlib)):
    for _ in range(2):
        try:
            session.get(url)
        except TokenExpiredError as error:
            seen.append(type(error).__name__)
    print(name, version(name), "- two requests:", seen)
    authlib = ["refresh", "Bearer at-1", "Bearer at-1"]
    assert seen == (["refresh", "TokenExpiredError"] * 2 if session is of_requests else authlib), seen
    seen.clear()
print("handed to token_updater:", told)
assert told == ["at-1", "at-3"], told
PYTHON
