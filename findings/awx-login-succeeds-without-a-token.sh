#!/bin/sh
# awxkit 24.6.1: `awx login` that AWX refuses ends with exit status 0, and its help stands on stdout, in the token's
# place.
#
# Seen: AWX answers 403, as it does to whoever signs in by LDAP or SAML unless "Allow External Users to Create OAuth2
#   Tokens" is on (it is off by default); `awx login -f human` prints its usage on stdout, names a TypeError as the
#   reason (its table of answers has no 403), and succeeds.
# One would have guessed: AWX's reason and a status other than 0, as `awx users list` has for the same answer. The
#   manual has the shell run what `awx login -f human` prints.
# So: a script must look at what it was given; `set -e` and `&&` notice nothing.
set -eu
work=$(mktemp -d)
trap 'kill "${server-}" 2>/dev/null || true; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check awxkit==24.6.1 'setuptools<82'
cat >"$work/awx.py" <<'PYTHON'
import json
from http.server import BaseHTTPRequestHandler, HTTPServer

DOCUMENTS = {
    "/api/": {"current_version": "/api/v2/", "available_versions": {"v2": "/api/v2/"}},
    "/api/v2/": {"users": "/api/v2/users/", "tokens": "/api/v2/tokens/"},
}


class Awx(BaseHTTPRequestHandler):
    def answer(self):
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        document = DOCUMENTS.get(self.path)
        why = "OAuth2 Tokens cannot be created by users associated with an external authentication provider (ldap)"
        refusal = {"detail": f"(access_denied) {why}"}
        body = json.dumps(document or refusal).encode()
        self.send_response(200 if document else 403)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_OPTIONS = answer

    def log_message(self, *words):
        pass


server = HTTPServer(("127.0.0.1", 0), Awx)
print(server.server_port, flush=True)
server.serve_forever()
PYTHON
mkfifo "$work/port"
python3 "$work/awx.py" >"$work/port" &
server=$!
read -r port <"$work/port"
cd "$work"
awx() { # VERB…: prints how it ended and what stands where
    status=0
    PYTHONWARNINGS=ignore HOME="$work" CONTROLLER_HOST="http://127.0.0.1:$port" CONTROLLER_USERNAME=alice \
        CONTROLLER_PASSWORD=right venv/bin/awx "$@" >out 2>err || status=$?
    echo "awx $*: status $status, $(wc -c <out) bytes on stdout, $(wc -c <err) on stderr"
}
awx login -f human
head -n 1 out
tail -n 1 out
[ "$status" -eq 0 ]
grep -q '^usage: awx login' out
[ "$(grep -c '^export' out)" -eq 0 ]
awx users list
cat out
[ "$status" -ne 0 ]
