#!/bin/sh
# pykube-ng 23.6.0: an exec plugin is run anew for each request, however long its token has to live.
#
# Seen: one client object, three requests, three runs of the plugin, which had said each time that its token lives an hour.
# One would have guessed: as client-go, which keeps a token until it expires or a server refuses it; "may be cached by the
#   client until expirationTimestamp" is what the interface is for.
# So: with such a client the plugin's own time is added to every request, and to be asked again at once is no sign that
#   the token was refused.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check pykube-ng==23.6.0
cat >"$work/plugin" <<'PLUGIN'
#!/bin/sh
echo run >>"$ASKED"
ends=$(date -u -d '+1 hour' +%Y-%m-%dT%H:%M:%SZ)
echo '{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","status":{"token":"t","expirationTimestamp":"'"$ends"'"}}'
PLUGIN
chmod 755 "$work/plugin"
cat >"$work/ask.py" <<'PYTHON'
import http.server
import sys
import threading

import pykube


class Cluster(http.server.BaseHTTPRequestHandler):
    """Answers every request, so that no failure is what makes the client ask again."""

    def do_GET(self) -> None:
        authorization = self.headers["Authorization"]
        self.send_response(200 if authorization == "Bearer t" else 401)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Cluster)
threading.Thread(target=server.serve_forever, daemon=True).start()
stanza = {"apiVersion": "client.authentication.k8s.io/v1beta1", "command": sys.argv[1]}
client = pykube.HTTPClient(
    pykube.KubeConfig(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "here",
            "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me"}}],
            "clusters": [{"name": "here", "cluster": {"server": f"http://127.0.0.1:{server.server_port}"}}],
            "users": [{"name": "me", "user": {"exec": stanza}}],
        }
    )
)
print("answers:", *(client.get(url="nodes").status_code for _ in range(3)))
PYTHON
cd "$work"
export ASKED="$work/asked"
"$work/venv/bin/python" ask.py "$work/plugin" | tee seen
echo "the plugin was run $(wc -l <"$ASKED") times"
[ "$(cat seen)" = "answers: 200 200 200" ]
[ "$(wc -l <"$ASKED")" -eq 3 ]
