#!/bin/sh
# kubernetes (Python client) 37.0.2: what an exec plugin is told by `interactive` is whether the program's stdout is a
# terminal. Its stdin the plugin has in any case, and interactiveMode counts for nothing.
#
# Seen: with a terminal for stdout and /dev/null for stdin, a plugin of interactiveMode Never is told that it may ask;
#   with the terminal for stdin and stdout elsewhere (`program >file`), one of Always is told that it may not, and has
#   the terminal.
# One would have guessed: as the interface has it: `interactive` "declares whether stdin has been passed to this exec
#   plugin"; of Always, the plugin "will only be run if standard input is available for user input".
# So: a plugin looks at its stdin itself before it asks anybody there, and reads nothing from it otherwise: it is the
#   program's.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check kubernetes==37.0.2
cat >"$work/plugin" <<'PLUGIN'
#!/bin/sh
stdin='no terminal'
[ ! -t 0 ] || stdin='the terminal'
told=$(echo "$KUBERNETES_EXEC_INFO" | grep -o '"interactive": [a-z]*')
echo "interactiveMode $1: told $told, stdin is $stdin" >>"$SEEN"
echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t"}}'
PLUGIN
chmod 755 "$work/plugin"
cat >"$work/load.py" <<'PYTHON'
import sys

from kubernetes import config

for mode in ("Never", "Always"):
    stanza = {"apiVersion": "client.authentication.k8s.io/v1", "command": sys.argv[1], "args": [mode], "interactiveMode": mode}
    config.load_kube_config_from_dict({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "here",
        "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me"}}],
        "clusters": [{"name": "here", "cluster": {"server": "https://127.0.0.1:9"}}],
        "users": [{"name": "me", "user": {"exec": stanza}}],
    })
PYTHON
cat >"$work/both.py" <<'PYTHON'
import os
import subprocess
import sys

terminal = os.openpty()[1]
for stdin, stdout in ((subprocess.DEVNULL, terminal), (terminal, subprocess.DEVNULL)):
    subprocess.run([sys.executable, *sys.argv[1:]], stdin=stdin, stdout=stdout, check=True)
PYTHON
cd "$work"
SEEN="$work/seen" venv/bin/python both.py load.py "$work/plugin"
cat seen
cat >expected <<'SEEN'
interactiveMode Never: told "interactive": true, stdin is no terminal
interactiveMode Always: told "interactive": true, stdin is no terminal
interactiveMode Never: told "interactive": false, stdin is the terminal
interactiveMode Always: told "interactive": false, stdin is the terminal
SEEN
cmp seen expected
