#!/bin/sh
# kubernetes.aio (in kubernetes 37.0.2), kubernetes_asyncio 36.1.0: an exec plugin is run when the configuration is
# loaded, and never again, whatever expirationTimestamp it gave.
#
# Seen: of a plugin whose tokens end at once, three requests carry the first token; the synchronous half of the same
#   package has another one for each. config.refresh_token() would do it, as a task of the program's own with the loader
#   that load_kube_config() returns; new_client_from_config() returns none.
# One would have guessed: as the synchronous half. Kubernetes' manual says of such a token that it is "cached until the
#   expiry time is reached".
# So: an operator that lives longer than its token gets 401 until it is started anew, and no plugin can help it.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check kubernetes==37.0.2 kubernetes_asyncio==36.1.0
cat >"$work/plugin" <<'PLUGIN'
#!/bin/sh
echo run >>"$RUNS"
printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t%d",' \
    "$(grep -c run "$RUNS")"
date -u '+"expirationTimestamp":"%Y-%m-%dT%H:%M:%SZ"}}'
PLUGIN
chmod 755 "$work/plugin"
cat >"$work/ask.py" <<'PYTHON'
import asyncio
import importlib
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

seen = []


class Cluster(BaseHTTPRequestHandler):
    def do_GET(self):
        seen.append(self.headers["Authorization"].removeprefix("Bearer "))
        body = json.dumps({"apiVersion": "v1", "kind": "NamespaceList", "metadata": {}, "items": []}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


server = HTTPServer(("127.0.0.1", 0), Cluster)
threading.Thread(target=server.serve_forever, daemon=True).start()
stanza = {"apiVersion": "client.authentication.k8s.io/v1", "command": sys.argv[2], "interactiveMode": "Never"}
kubeconfig = {
    "apiVersion": "v1",
    "kind": "Config",
    "current-context": "here",
    "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me"}}],
    "clusters": [{"name": "here", "cluster": {"server": f"http://127.0.0.1:{server.server_port}"}}],
    "users": [{"name": "me", "user": {"exec": stanza}}],
}
config, client = importlib.import_module(f"{sys.argv[1]}.config"), importlib.import_module(f"{sys.argv[1]}.client")


async def ask():
    await config.load_kube_config_from_dict(kubeconfig)
    async with client.ApiClient() as api:
        for _ in range(3):
            await client.CoreV1Api(api).list_namespace()


def ask_synchronously():
    config.load_kube_config_from_dict(kubeconfig)
    for _ in range(3):
        client.CoreV1Api().list_namespace()


if sys.argv[1] == "kubernetes":
    ask_synchronously()
else:
    asyncio.run(ask())
print(f"{sys.argv[1]}: three requests with", *seen)
PYTHON
cd "$work"
for library in kubernetes kubernetes.aio kubernetes_asyncio; do
    RUNS="$work/runs-$library" venv/bin/python ask.py "$library" "$work/plugin" | tee -a seen
done
cat >expected <<'SEEN'
kubernetes: three requests with t2 t3 t4
kubernetes.aio: three requests with t1 t1 t1
kubernetes_asyncio: three requests with t1 t1 t1
SEEN
cmp seen expected
