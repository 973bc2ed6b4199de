#!/bin/sh
# docker (docker-py) 7.2.0: login() with a new password does nothing where docker's configuration has an older one for
# the same user name.
#
# Seen: login(user, "new") returns the older entry and asks the engine nothing; the pull that follows sends "old".
# One would have guessed: the password given is tried and used from then on, as `docker login` does. That takes
#   reauth=True, which the manual explains as "refresh existing authentication on the Docker server".
# So: tokens for Azure's registries all have one user name, the null GUID: an entry that has it, or a credential helper
#   that answers with it, wins over each token that a program brings itself.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check docker==7.2.0 requests==2.34.2
DOCKER_CONFIG=$work "$work/venv/bin/python" - "$work" <<'PYTHON'
import base64
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import UnixStreamServer

import docker

USER = "00000000-0000-0000-0000-000000000000"
work, asked = Path(sys.argv[1]), []


class Engine(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        pulling = self.headers["X-Registry-Auth"]
        password = json.loads(base64.urlsafe_b64decode(pulling) if pulling else body)["password"]
        asked.append((self.path.split("?")[0].removeprefix("/v1.44"), password))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *words):
        pass


old = base64.b64encode(f"{USER}:old".encode()).decode()
(work / "config.json").write_text(json.dumps({"auths": {"example.azurecr.io": {"auth": old}}}))
engine = UnixStreamServer(str(work / "engine"), Engine)
threading.Thread(target=engine.serve_forever, daemon=True).start()
print("docker", docker.__version__)
for options in ({}, {"reauth": True}):
    client = docker.APIClient(base_url=f"unix://{work}/engine", version="1.44")
    client.login(USER, "new", registry="example.azurecr.io", **options)
    client.pull("example.azurecr.io/app", tag="1")
    print(f"login(user, 'new', {options}) and pull: the engine was asked", asked)
    assert asked == ([("/auth", "new"), ("/images/create", "new")] if options else [("/images/create", "old")]), asked
    asked.clear()
PYTHON
