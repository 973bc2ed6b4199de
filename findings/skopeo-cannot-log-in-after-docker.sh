#!/bin/sh
# skopeo 1.9.3 (Debian 12; podman's login is the same code): once `docker login` has kept an identity token for a
# registry, as it does for Azure's, `skopeo login` there ends with an error, however right the password, and `skopeo
# logout` with another.
#
# Seen: "currently logged in, auth file contains an Identity token" before any request; then "not logged into". The
#   entry stands in docker's config.json, which skopeo reads and does not write.
# One would have guessed: the password given is tried and kept in skopeo's own file, which comes before docker's. That
#   is what it does where docker has kept a password.
# So: `docker logout` is the way out; and a docker credential helper is better off without the user name <token>.
set -eu
work=$(mktemp -d)
trap 'kill "${server-}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User="$(id -un)" download docker.io=20.10.24+dfsg1-1+deb12u1+b6 skopeo=1.9.3+ds1-1+b10 \
    libgpgme11 libassuan0 libgpg-error0 libdevmapper1.02.1
for package in *.deb; do dpkg-deb --extract "$package" root; done
LD_LIBRARY_PATH=$(dirname root/usr/lib/*/libgpgme.so.11) && export LD_LIBRARY_PATH="$work/$LD_LIBRARY_PATH"
mkdir run
export HOME="$work" XDG_RUNTIME_DIR="$work/run" DOCKER_HOST="unix://$work/no-engine"
root/usr/bin/docker --version
root/usr/bin/skopeo --version
cat >registry.py <<'PYTHON'
import base64
import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

RIGHT = "Basic " + base64.b64encode(b"me:right").decode()


class Registry(BaseHTTPRequestHandler):
    """The distribution project's token flow: whoever asks with offline_token=true gets a refresh token besides."""

    def do_GET(self):
        given, asked = self.headers["Authorization"], urlsplit(self.path)
        if asked.path == "/token":
            offline = {"refresh_token": "identity"} if "offline_token" in parse_qs(asked.query) else {}
            return self.answer(200 if given == RIGHT else 401, {"token": "token", **offline})
        return self.answer(200 if given == "Bearer token" else 401, {})

    def answer(self, status, document):
        body = json.dumps(document).encode()
        host = self.headers["Host"]
        self.send_response(status)
        self.send_header("WWW-Authenticate", f'Bearer realm="http://{host}/token",service="{host}"')
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


server = HTTPServer(("127.0.0.1", 0), Registry)
print(server.server_port, flush=True)
server.serve_forever()
PYTHON
mkfifo port
python3 registry.py >port &
server=$!
read -r port <port
registry=127.0.0.1:$port
skopeo() { # ACTION…: prints how it ended
    ended=$("$work/root/usr/bin/skopeo" "$@" --tls-verify=false "$registry" 2>&1) || :
    echo "skopeo $1: $ended"
}
echo right | PATH="$work/root/usr/bin" docker login --username me --password-stdin "$registry" 2>log # no keyring on PATH
grep -q '"identitytoken": "identity"' .docker/config.json
skopeo login --username me --password right
echo "$ended" | grep -q 'currently logged in, auth file contains an Identity token'
skopeo logout
echo "$ended" | grep -q 'not logged into'
echo '{"auths": {"'"$registry"'": {"auth": "bWU6b2xk"}}}' >.docker/config.json # me:old
skopeo login --username me --password right
[ "$ended" = 'Login Succeeded!' ]
grep -q '"auth": "bWU6cmlnaHQ="' run/containers/auth.json # me:right
