#!/bin/sh
# oras-java-sdk 0.7.0: where it has a token for a repository, it asks the token service for another one with that token
# instead of the user name and password; a service that takes Basic there refuses it.
#
# Seen: of a push the first blob arrives and the second does not: its request goes out with the password, the registry
#   wants a token, and the token service is shown the first blob's. Likewise where the registry takes a token no longer:
#   the refused token itself is what the next one is asked for with.
# One would have guessed: that the second blob is sent with the token of the first one, as it is for the same actions; and
#   that the token service is told the user name and password each time, the first time it is.
# So: at a registry with a strict token service one process pushes no two new blobs, hence no new artifact, which has a
#   layer and a configuration; no credential helper can do anything about it.
set -eu
work=$(mktemp -d)
trap 'kill "${server-}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
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
cat >Uses.java <<'JAVA'
import land.oras.ContainerRef;
import land.oras.Registry;
import land.oras.exception.OrasException;

class Uses {
    static void tries(String what, Runnable action) {
        System.out.println(what);
        try {
            action.run();
            System.out.println("  done");
        } catch (OrasException e) {
            System.out.println("  failed");
        }
    }

    public static void main(String[] args) {
        Registry registry = Registry.builder().defaults("me", "right").withInsecure(true).build();
        ContainerRef pushed = ContainerRef.parse(args[0] + "/pushed");
        tries("push a blob", () -> registry.pushBlob(pushed, "one".getBytes()));
        tries("push another", () -> registry.pushBlob(pushed, "two".getBytes()));
        ContainerRef listed = ContainerRef.parse(args[0] + "/listed");
        tries("list the tags", () -> registry.getTags(listed));
        tries("list them when that token counts no longer", () -> registry.getTags(listed));
        System.exit(0);
    }
}
JAVA
cat >registry.py <<'PYTHON'
import base64
import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

used = set()


class Registry(BaseHTTPRequestHandler):
    """A token is good for what it was asked for, and for the tags of a repository once."""

    def answer(self):
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        asked, (scheme, _, given) = urlsplit(self.path), self.headers.get("Authorization", "nobody").partition(" ")
        given = base64.b64decode(given).decode() if scheme == "Basic" else given
        if asked.path == "/token":
            (scope,) = parse_qs(asked.query)["scope"]
            self.tell(f"token service, for {scope}: {scheme} {given}")
            right = (scheme, given) == ("Basic", "me:right")
            return self.send(200, {"token": f"token:{scope}", "expires_in": 300}) if right else self.send(401, {})
        repository, actions = asked.path.split("/")[2], "pull,push" if self.command == "POST" else "pull"
        once, scope = f"tags of {repository}", f"repository:{repository}:{actions}"
        good = scheme == "Bearer" and given.startswith(f"token:repository:{repository}:pull") and actions in given
        if not good or once in used:
            used.discard(once)
            challenge = f'Bearer realm="http://{self.headers["Host"]}/token",service="registry",scope="{scope}"'
            return self.send(401, {}, challenge)
        if asked.path.endswith("/tags/list"):
            used.add(once)
        self.send({"HEAD": 404, "GET": 200, "POST": 201}[self.command], {"name": repository, "tags": []})

    do_GET = do_HEAD = do_POST = answer

    def tell(self, words):
        with open("seen", "a") as seen:
            seen.write(f"  {words}\n")

    def send(self, status, document, challenge=None):
        body = json.dumps(document).encode()
        self.send_response(status)
        if challenge:
            self.send_header("WWW-Authenticate", challenge)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Registry)
print(server.server_port, flush=True)
server.serve_forever()
PYTHON
mkfifo port
python3 registry.py >port &
server=$!
read -r port <port
java -Duser.home="$work" -cp "$(cat classpath)" Uses.java "127.0.0.1:$port" >>seen 2>log
cat seen
cat >expected <<'SEEN'
push a blob
  token service, for repository:pushed:pull: Basic me:right
  token service, for repository:pushed:pull,push: Basic me:right
  done
push another
  token service, for repository:pushed:pull,push: Bearer token:repository:pushed:pull,push
  failed
list the tags
  token service, for repository:listed:pull: Basic me:right
  done
list them when that token counts no longer
  token service, for repository:listed:pull: Bearer token:repository:listed:pull
  failed
SEEN
cmp seen expected
