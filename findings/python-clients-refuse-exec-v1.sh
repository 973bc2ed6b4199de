#!/bin/sh
# lightkube 1.0.1, pykube-ng 23.6.0: an exec stanza of client.authentication.k8s.io/v1 is refused before the plugin is run.
#
# Seen: "auth exec api version client.authentication.k8s.io/v1 not implemented" from both; the same stanza with v1beta1
#   runs the plugin. Neither looks at the apiVersion that the plugin answers with.
# One would have guessed: that v1, general since Kubernetes 1.22 (2021), is the version to write, and v1beta1 the old one.
# So: a kubeconfig for every client of a cluster says v1beta1.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check lightkube==1.0.1 pykube-ng==23.6.0
cat >"$work/plugin" <<'PLUGIN'
#!/bin/sh
printf '%s ' "run by $1" >>"$ASKED"
echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t"}}'
PLUGIN
chmod 755 "$work/plugin"
cat >"$work/ask.py" <<'PYTHON'
import sys

import lightkube
import pykube
from lightkube.resources.core_v1 import Node


def kubeconfig(version: str, client: str) -> dict:
    stanza = {"apiVersion": f"client.authentication.k8s.io/{version}", "command": sys.argv[1], "args": [client]}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "here",
        "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me"}}],
        "clusters": [{"name": "here", "cluster": {"server": "https://127.0.0.1:9"}}],
        "users": [{"name": "me", "user": {"exec": stanza}}],
    }


def by_lightkube(document: dict) -> None:
    lightkube.Client(lightkube.KubeConfig.from_dict(document)).get(Node, "n")


def by_pykube(document: dict) -> None:
    pykube.HTTPClient(pykube.KubeConfig(document)).get(url="nodes")


for client, ask in (("lightkube", by_lightkube), ("pykube", by_pykube)):
    for version in ("v1", "v1beta1"):
        try:
            ask(kubeconfig(version, client))
        except Exception as error:  # no server is there: behind the plugin, that is what is seen
            refused = "not implemented" in str(error)
            print(client, version, "refused" if refused else "went on to the server")
PYTHON
cd "$work"
export ASKED="$work/asked"
"$work/venv/bin/python" ask.py "$work/plugin" | tee seen
echo "the plugin was $(cat "$ASKED")"
[ "$(cat seen)" = "lightkube v1 refused
lightkube v1beta1 went on to the server
pykube v1 refused
pykube v1beta1 went on to the server" ]
[ "$(cat "$ASKED")" = "run by lightkube run by pykube " ]
