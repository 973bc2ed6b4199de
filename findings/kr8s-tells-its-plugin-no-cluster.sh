#!/bin/sh
# kr8s 0.20.15: an exec plugin is run without KUBERNETES_EXEC_INFO, even where the kubeconfig says provideClusterInfo.
#
# Seen: the variable is not set; with one that was set for somebody else (kubectl started us, say), the plugin gets
#   that one, which names another cluster.
# One would have guessed: as client-go, whose plugins get the variable always, and over an inherited one.
# So: what a plugin must know of the cluster has to stand in the stanza's arguments, and an inherited variable is no proof
#   of who asks.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check kr8s==0.20.15
cat >"$work/plugin" <<'PLUGIN'
#!/bin/sh
printf '%s\n' "${KUBERNETES_EXEC_INFO-not set}" >>"$ASKED"
echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t"}}'
PLUGIN
chmod 755 "$work/plugin"
cat >"$work/config" <<KUBECONFIG
apiVersion: v1
kind: Config
current-context: here
contexts: [{name: here, context: {cluster: here, user: me}}]
clusters: [{name: here, cluster: {server: "https://127.0.0.1:9"}}]
users:
- name: me
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: $work/plugin
      interactiveMode: Never
      provideClusterInfo: true
KUBECONFIG
cat >"$work/ask.py" <<'PYTHON'
import contextlib
import sys

import kr8s

with contextlib.suppress(Exception):  # no server is there; the plugin runs before that is known
    kr8s.api(kubeconfig=sys.argv[1]).version()
print("kr8s", kr8s.__version__)
PYTHON
cd "$work"
export ASKED="$work/asked"
env -u KUBERNETES_EXEC_INFO "$work/venv/bin/python" ask.py "$work/config"
KUBERNETES_EXEC_INFO='{"of":"somebody else"}' "$work/venv/bin/python" ask.py "$work/config"
echo "the plugin saw:"
sort -u "$ASKED"
[ "$(sort -u "$ASKED")" = "$(printf '%s\n' 'not set' '{"of":"somebody else"}' | sort -u)" ]
