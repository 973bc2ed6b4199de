#!/bin/sh
# Fabric8's kubernetes-client 8.0.0 and the official client-java 27.0.0 do not tell an exec plugin which version of
# ExecCredential the stanza names (KUBERNETES_EXEC_INFO is not set), and go on without a credential if it answers in
# another one.
#
# Seen: with Azure/kubelogin 0.2.19, which speaks v1 and v1beta1 and answers a caller that names none in v1beta1, the
#   same stanza signs in as v1beta1; as v1 the token is thrown away and the request sent as nobody.
# One would have guessed: as client-go: the variable is always set, kubelogin answers in the stanza's version. The
#   manual says that a plugin may read the version there, and that what it returns must match.
# So: kubelogin's stanzas stay v1beta1, as its convert-kubeconfig writes them; a plugin of one's own is told the version
#   in its arguments.
set -eu
work=$(mktemp -d)
trap 'kill "${server-}" 2>/dev/null || true; chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
mkdir bin
GOBIN="$work/bin" GOFLAGS=-modcacherw go install github.com/Azure/kubelogin@v0.2.19 2>go.log
export HOME="$work" PATH="$work/bin:$PATH"
unset KUBERNETES_EXEC_INFO
cat >pom.xml <<'POM'
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId>
  <artifactId>finding</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>io.fabric8</groupId>
      <artifactId>kubernetes-client</artifactId>
      <version>8.0.0</version>
    </dependency>
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
cat >bin/az <<'AZ'
#!/bin/sh
date -u -d '+1 hour' '+{"accessToken":"t","expires_on":%s,"expiresOn":"%Y-%m-%d %H:%M:%S.000000"}'
AZ
chmod 755 bin/az
cat >cluster.py <<'PYTHON'
import http.server


class Cluster(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open("asked", "a") as asked:
            asked.write(f"{self.headers['Authorization']}\n")
        body = b"{}"
        self.send_response(200 if self.headers["Authorization"] == "Bearer t" else 401)
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
cat >ByFabric8.java <<'JAVA'
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.File;

class ByFabric8 {
    public static void main(String[] arguments) throws Exception {
        Config config = Config.fromKubeconfig(new File(arguments[0]));
        try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build()) {
            client.raw("/api");
        }
    }
}
JAVA
cat >ByClientJava.java <<'JAVA'
import io.kubernetes.client.openapi.apis.VersionApi;
import io.kubernetes.client.util.Config;

class ByClientJava {
    public static void main(String[] arguments) throws Exception {
        new VersionApi(Config.fromConfig(arguments[0])).getCode().execute();
    }
}
JAVA
ask() { # NAME VERSION ENV: what the cluster is sent by each client, with that version and environment in the stanza
    cat >"$1" <<KUBECONFIG
apiVersion: v1
kind: Config
current-context: here
contexts: [{name: here, context: {cluster: here, user: me}}]
clusters: [{name: here, cluster: {server: "http://127.0.0.1:$port"}}]
users:
- name: me
  user:
    exec:
      apiVersion: client.authentication.k8s.io/$2
      command: kubelogin
      args: [get-token, --login, azurecli, --server-id, 6dae42f8-4368-4678-94ff-3960e28e3630]
      env: $3
      interactiveMode: Never
KUBECONFIG
    for client in ByFabric8 ByClientJava; do
        : >asked
        java -cp "$(cat classpath)" "$client.java" "$1" >log 2>&1 || true
        echo "$1, $client: $(sort -u asked)"
    done
}
told='{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":{"interactive":false}}'
{
    ask v1beta1 v1beta1 '[]'
    ask v1 v1 '[]'
    ask v1-told v1 "[{name: KUBERNETES_EXEC_INFO, value: '$told'}]"
} | tee seen
cat >expected <<'SEEN'
v1beta1, ByFabric8: Bearer t
v1beta1, ByClientJava: Bearer t
v1, ByFabric8: None
v1, ByClientJava: None
v1-told, ByFabric8: Bearer t
v1-told, ByClientJava: Bearer t
SEEN
cmp seen expected
