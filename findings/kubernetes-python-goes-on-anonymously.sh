#!/bin/sh
# kubernetes (Python client) 37.0.2: when the exec plugin fails, the request is sent all the same, without a credential.
#
# Seen: load_kube_config() succeeds, the plugin's reason is logged at ERROR, and the API server receives a request with
#   no Authorization header; what the caller gets is the server's 401.
# One would have guessed: an error with the plugin's words, and no request, as kubectl does.
# So: "401 Unauthorized" from this client often means "the plugin said why, look in the log", and a plugin's advice must
#   make sense there.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check kubernetes==37.0.2
cat >"$work/plugin" <<'PLUGIN'
#!/bin/sh
echo 'error: sign-in needed' >&2
exit 1
PLUGIN
chmod 755 "$work/plugin"
"$work/venv/bin/python" - "$work" <<'PYTHON'
import http.server
import json
import sys
import threading
from importlib.metadata import version

from kubernetes import client, config

seen = []


class Server(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        seen.append(self.headers.get("Authorization"))
        body = json.dumps({"kind": "Status", "code": 401, "reason": "Unauthorized"}).encode()
        self.send_response(401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
stanza = {"apiVersion": "client.authentication.k8s.io/v1", "command": sys.argv[1] + "/plugin", "interactiveMode": "Never"}
config.load_kube_config_from_dict({
    "apiVersion": "v1",
    "kind": "Config",
    "current-context": "here",
    "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me"}}],
    "clusters": [{"name": "here", "cluster": {"server": f"http://127.0.0.1:{server.server_port}"}}],
    "users": [{"name": "me", "user": {"exec": stanza}}],
})
try:
    client.CoreV1Api().list_namespace()
    ending = "no error"
except client.ApiException as error:
    ending = f"ApiException {error.status}"
print("kubernetes", version("kubernetes"))
print("ended with", ending, "- Authorization headers the server saw:", seen)
assert ending == "ApiException 401", ending
assert seen == [None], seen
PYTHON
