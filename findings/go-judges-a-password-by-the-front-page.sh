#!/bin/sh
# go 1.26.8, GOAUTH=git: whether git's credential helpers are told "store" or "erase" depends on a HEAD of the server's
# front page, not on the request that the password was for.
#
# Seen: a password that the module proxy refused is stored where the front page is public, and one that it took is
#   erased where the front page is for nobody.
# One would have guessed: store what was taken, erase what was refused, as git does; `go help goauth` says that go "will
#   run 'git credential approve/reject' to update the credential helper's cache".
# So: from go, "store" is no proof that a server took a password, nor "erase" that it refused one.
set -eu
work=$(mktemp -d)
trap 'kill "${server-}" 2>/dev/null || true; chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
export HOME="$work" GOCACHE="$work/cache" GOPATH="$work/go" GOENV=off GIT_CONFIG_NOSYSTEM=1
go=$(GOTOOLCHAIN=go1.26.8 go env GOROOT)/bin/go
"$go" version
cat >helper <<'HELPER'
#!/bin/sh
[ "$1" = get ] || echo "$1" >>"$TOLD"
[ "$1" != get ] || printf 'username=me\npassword=%s\n' "$PASSWORD"
HELPER
chmod 755 helper
git config --global credential.helper "$work/helper"
openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out ca -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost 2>openssl.log
cat >proxy.py <<'PYTHON'
import base64
import os
import ssl
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

GOOD = "Basic " + base64.b64encode(b"me:good").decode()


class Proxy(BaseHTTPRequestHandler):
    """A module proxy that takes the password "good"; whoever asks for its front page gets the status of argv[1]."""

    def do_HEAD(self):
        self.answer(int(sys.argv[1]) if self.path == "/" else 404)

    def do_GET(self):
        given = self.headers["Authorization"]
        late = time.monotonic() + 20
        while given and not os.path.exists(os.environ["TOLD"]) and time.monotonic() < late:
            time.sleep(0.05)  # go judges beside its request, and would end before git has told the helper
        self.answer(200 if given == GOOD else 401, b'{"Version": "v1.0.0"}')

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("WWW-Authenticate", 'Basic realm="proxy"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain("ca", "key")
server.socket = tls.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()
PYTHON
mkfifo port
ask() { # STATUS-OF-THE-FRONT-PAGE PASSWORD
    export PASSWORD="$2" TOLD="$work/told-$1-$2"
    python3 proxy.py "$1" >port &
    server=$!
    read -r port <port
    found=$(GOTOOLCHAIN=local GOPROXY="https://localhost:$port" GOAUTH="git $work" SSL_CERT_FILE="$work/ca" \
        "$go" list -m example.com/module@v1.0.0 2>errors) || found=$(grep -o '401 Unauthorized' errors)
    kill "$server"
    echo "front page $1, password $2: $found; git's helper was told to $(cat "$TOLD")" | tee -a seen
}
ask 200 revoked
ask 401 good
cat >expected <<'SEEN'
front page 200, password revoked: 401 Unauthorized; git's helper was told to store
front page 401, password good: example.com/module v1.0.0; git's helper was told to erase
SEEN
cmp seen expected
