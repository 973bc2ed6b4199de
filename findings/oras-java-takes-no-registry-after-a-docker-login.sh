#!/bin/sh
# oras-java-sdk 0.7.0: once `docker login` (20.10.24, Debian 12) has kept an identity token for a registry, as it does
# for Azure's, a client with docker's credentials can be made for no registry any more, not even for a public one.
#
# Seen: Registry.builder().defaults() raises "Invalid credential format". docker writes the identity token beside the
#   user name with nothing for a password ("me:" in base64), and the SDK wants one piece on either side of a single
#   colon, of all entries, before it knows which of them is needed. An entry whose password has a colon in it does the
#   same.
# One would have guessed: that the entry of another registry does not matter; and here that the identity token is the
#   credential, and a password goes on to the end: only a user name has no colon (RFC 7617 section 2).
# So: a program of this SDK needs a config.json without such entries: `docker logout` of each registry, and a credential
#   helper in its place, which the SDK asks for the registry concerned alone.
set -eu
work=$(mktemp -d)
trap 'kill "${server-}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User="$(id -un)" download docker.io=20.10.24+dfsg1-1+deb12u1+b6
dpkg-deb --extract docker.io_*.deb root
cat >pom.xml <<'POM'
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId>
  <artifactId>finding</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>land.oras</groupId>
      <artifactId>oras-java-sdk</artifactId>
      <version>0.7.0</version>
    </dependency>
  </dependencies>
</project>
POM
plugin=org.apache.maven.plugins:maven-dependency-plugin:3.9.0
mvn --quiet --batch-mode -Dmaven.repo.local="$work/maven" -Dmdep.outputFile=classpath \
    "$plugin:build-classpath" >mvn.log 2>&1
cat >Lists.java <<'JAVA'
import land.oras.ContainerRef;
import land.oras.Registry;
import land.oras.exception.OrasException;

class Lists {
    public static void main(String[] args) {
        try {
            Registry registry = Registry.builder().defaults().withInsecure(true).build();
            System.out.println(registry.getTags(ContainerRef.parse(args[0] + "/public")).tags());
        } catch (OrasException refused) {
            System.out.println(refused.getMessage());
        }
    }
}
JAVA
cat >registries.py <<'PYTHON'
import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

RIGHT = "Basic " + base64.b64encode(b"me:right").decode()


class Public(BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer(200, {"name": "public", "tags": ["a-tag"]})

    def answer(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        if status == 401:
            host = self.headers["Host"]
            self.send_header("WWW-Authenticate", f'Bearer realm="http://{host}/token",service="{host}"')
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Private(Public):
    """Gives whoever signs in a refresh token besides, which docker calls an identity token."""

    def do_GET(self):
        given = self.headers["Authorization"]
        if self.path.startswith("/token"):
            return self.answer(200 if given == RIGHT else 401, {"token": "token", "refresh_token": "identity"})
        return self.answer(200 if given == "Bearer token" else 401, {})


servers = [HTTPServer(("127.0.0.1", 0), handler) for handler in (Private, Public)]
print(*(server.server_port for server in servers), flush=True)
threading.Thread(target=servers[0].serve_forever, daemon=True).start()
servers[1].serve_forever()
PYTHON
mkfifo ports
python3 registries.py >ports &
server=$!
read -r private public <ports
export HOME="$work" DOCKER_CONFIG="$work/.docker" DOCKER_HOST="unix://$work/no-engine"
unset REGISTRY_AUTH_FILE XDG_RUNTIME_DIR
mkdir .docker
lists() { # WHEN: what it makes of the public registry with the present config.json
    echo "$1: $(java -Duser.home="$work" -cp "$(cat classpath)" Lists.java "127.0.0.1:$public" 2>log)"
}
{
    echo '{"auths": {}}' >.docker/config.json
    lists 'before'
    echo right | PATH="$work/root/usr/bin" docker login --username me --password-stdin "127.0.0.1:$private" 2>log
    grep -o '"auth": ".*"\|"identitytoken": ".*"' .docker/config.json
    lists 'after docker login'
    PATH="$work/root/usr/bin" docker logout "127.0.0.1:$private" >log
    lists 'after docker logout'
    echo '{"auths": {"other.example": {"auth": "bWU6cmk6Z2h0"}}}' >.docker/config.json # me:ri:ght
    lists 'a password with a colon'
} | tee seen
cat >expected <<'SEEN'
before: [a-tag]
Login Succeeded
"auth": "bWU6"
"identitytoken": "identity"
after docker login: Invalid credential format
after docker logout: [a-tag]
a password with a colon: Invalid credential format
SEEN
cmp seen expected
