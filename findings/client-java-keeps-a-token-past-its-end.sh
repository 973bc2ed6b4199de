#!/bin/sh
# The official client-java 27.0.0 runs an exec plugin when it reads the kubeconfig, and never again, whatever
# expirationTimestamp it gave.
#
# Seen: of a plugin whose tokens end at once, three requests of one ApiClient carry the first token; a server's 401
#   changes nothing. Only a kubeconfig that is read anew brings another.
# One would have guessed: what Kubernetes' manual says of such a token, that it is "cached until the expiry time is
#   reached".
# So: a program that lives longer than its token calls Config.fromConfig now and then, and no plugin can help it.
set -eu
work=$(mktemp -d)
trap 'kill "${server-}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
export RUNS="$work/runs"
cat >pom.xml <<'POM'
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId>
  <artifactId>finding</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>io.kubernetes</groupId>
      <artifactId>client-java</artifactId>
      <version>27.0.0</version>
    </dependency>
  </dependencies>
</project>
POM
plugin=org.apache.maven.plugins:maven-dependency-plugin:3.9.0
mvn --quiet --batch-mode -Dmaven.repo.local="$work/maven" -Dmdep.outputFile=classpath \
    "$plugin:build-classpath" >mvn.log 2>&1
cat >plugin <<'PLUGIN'
#!/bin/sh
echo run >>"$RUNS"
printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t%d",' \
    "$(grep -c run "$RUNS")"
date -u '+"expirationTimestamp":"%Y-%m-%dT%H:%M:%SZ"}}'
PLUGIN
chmod 755 plugin
cat >cluster.py <<'PYTHON'
import http.server


class Cluster(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open("asked", "a") as asked:
            asked.write(f"{self.headers['Authorization']}\n")
        body = b'{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Unauthorized","code":401}'
        self.send_response(401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Cluster)
print(server.server_port, flush=True)
server.serve_forever()
PYTHON
mkfifo port
python3 cluster.py >port &
server=$!
read -r port <port
cat >kubeconfig <<KUBECONFIG
apiVersion: v1
kind: Config
current-context: here
contexts: [{name: here, context: {cluster: here, user: me}}]
clusters: [{name: here, cluster: {server: "http://127.0.0.1:$port"}}]
users:
- name: me
  user:
    exec: {apiVersion: client.authentication.k8s.io/v1, command: $work/plugin, interactiveMode: Never}
KUBECONFIG
cat >Ask.java <<'JAVA'
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.VersionApi;
import io.kubernetes.client.util.Config;

class Ask {
    public static void main(String[] arguments) throws Exception {
        VersionApi first = new VersionApi(Config.fromConfig(arguments[0]));
        for (VersionApi api : new VersionApi[] {first, first, first, new VersionApi(Config.fromConfig(arguments[0]))}) {
            try {
                api.getCode().execute();
            } catch (ApiException refused) {
                System.err.println(refused.getCode());
            }
        }
    }
}
JAVA
java -cp "$(cat classpath)" Ask.java "$work/kubeconfig" >log 2>&1
sort asked | uniq -c | sed 's/^ *//' | tee seen
cat >expected <<'SEEN'
3 Bearer t1
1 Bearer t2
SEEN
cmp seen expected
