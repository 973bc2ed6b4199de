#!/bin/sh
# docker (docker-py) 7.2.0: a password given to login() is not used where docker's configuration has an entry of the
# same user name, or a credential helper, for the registry.
#
# Seen: with an older entry login(user, "new") returns that entry and asks the engine nothing; with a helper the engine
#   is asked about "new". Either way the pull that follows sends what the configuration has.
# One would have guessed: the password given is tried and used from then on, as `docker login` does. Against the entry
#   it takes reauth=True, which the manual explains as "refresh existing authentication on the Docker server".
# So: tokens for Azure's registries all have one user name, the null GUID: whatever the configuration says of such a
#   registry wins over the token that a program brings itself.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check docker==7.2.0 requests==2.34.2
mkdir "$work/entry" "$work/helper"
cat >"$work/helper/docker-credential-own" <<'HELPER'
#!/bin/sh
cat >/dev/null
echo '{"ServerURL":"","Username":"00000000-0000-0000-0000-000000000000","Secret":"of the helper"}'
HELPER
chmod 755 "$work/helper/docker-credential-own"
PATH="$work/helper:$PATH" "$work/venv/bin/python" - "$work" <<'PYTHON'
import base64
import json
import os
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
        given = json.loads(base64.urlsafe_b64decode(pulling) if pulling else body)
        password = given.get("password") or given.get("Password")  # the engine takes both, docker-py has both
        asked.append((self.path.split("?")[0].removeprefix("/v1.44"), password))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *words):
        pass


def write(name, document):
    (work / name / "config.json").write_text(json.dumps(document))


old = base64.b64encode(f"{USER}:old".encode()).decode()
write("entry", {"auths": {"example.azurecr.io": {"auth": old}}})
write("helper", {"credHelpers": {"example.azurecr.io": "own"}})
engine = UnixStreamServer(str(work / "engine"), Engine)
threading.Thread(target=engine.serve_forever, daemon=True).start()
print("docker", docker.__version__)
for name, options, expected in (
    ("entry", {}, [("/images/create", "old")]),
    ("entry", {"reauth": True}, [("/auth", "new"), ("/images/create", "new")]),
    ("helper", {}, [("/auth", "new"), ("/images/create", "of the helper")]),
    ("helper", {"reauth": True}, [("/auth", "new"), ("/images/create", "of the helper")]),
):
    os.environ["DOCKER_CONFIG"] = str(work / name)
    client = docker.APIClient(base_url=f"unix://{work}/engine", version="1.44")
    client.login(USER, "new", registry="example.azurecr.io", **options)
    client.pull("example.azurecr.io/app", tag="1")
    print(f"{name}: login(user, 'new', {options}) and pull: the engine was asked", asked)
    assert asked == expected, asked
    asked.clear()
PYTHON
