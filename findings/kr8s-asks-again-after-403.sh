#!/bin/sh
# kr8s 0.20.15: an exec plugin is run again, three times in a row, also when the API server answers 403 Forbidden.
#
# Seen: one request that its user may not make costs four runs of the plugin and four requests.
# One would have guessed: as after 401 alone. A 403 says that the server knows who asks, and no other token helps.
# So: that the same process asks again is no proof that its token was refused; renewing at once each time would cost three
#   tokens for every missing right, hence at most one forced renewal per minute.
set -eu
work=$(mktemp -d)
trap 'kill "${server-}" 2>/dev/null || true; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check kr8s==0.20.15
cat >"$work/server.py" <<'PYTHON'
import http.server
import json
import sys


class Forbidding(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"kind": "Status", "status": "Failure", "message": "not you", "code": 403}).encode()
        self.send_response(403)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        with open(sys.argv[1], "a") as log:
            log.write(self.path + "\n")


server = http.server.HTTPServer(("127.0.0.1", 0), Forbidding)
print(server.server_port, flush=True)
server.serve_forever()
PYTHON
mkfifo "$work/port"
python3 "$work/server.py" "$work/requests" >"$work/port" &
server=$!
read -r port <"$work/port"
cat >"$work/plugin" <<'PLUGIN'
#!/bin/sh
echo run >>"$RUNS"
echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t"}}'
PLUGIN
chmod 755 "$work/plugin"
cat >"$work/config" <<KUBECONFIG
apiVersion: v1
kind: Config
current-context: here
contexts: [{name: here, context: {cluster: here, user: me}}]
clusters: [{name: here, cluster: {server: "http://127.0.0.1:$port"}}]
users:
- name: me
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: $work/plugin
      interactiveMode: Never
KUBECONFIG
cat >"$work/ask.py" <<'PYTHON'
import sys

import kr8s

try:
    kr8s.api(kubeconfig=sys.argv[1])  # asks for the server's version
except kr8s.ServerError as error:
    print("kr8s", kr8s.__version__, "ended with:", error)
PYTHON
cd "$work"
RUNS="$work/runs" "$work/venv/bin/python" ask.py "$work/config"
echo "$(wc -l <"$work/runs") runs of the plugin, $(wc -l <"$work/requests") requests: $(sort "$work/requests" | uniq -c | tr -s ' ' | paste -sd,)"
[ "$(wc -l <"$work/runs")" -eq 4 ]
