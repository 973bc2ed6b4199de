#!/bin/sh
# kube 5.0.0 (kube-rs, Rust): to make one client its exec plugin is run three times in a row, and one answer of the
# three is used.
#
# Seen: a plugin that asks somebody for a code asks for three, "one", "two" and "three", and each time it is told that
#   it may (`interactive`), though stdin is no terminal; the requests carry the first. The other two runs look whether
#   the answer is a certificate, and when that ends.
# One would have guessed: one run, as of a token that lives an hour Kubernetes' manual says that it is "cached until the
#   expiry time is reached"; and for IfAvailable without a terminal that nobody may be asked, as kubectl has it.
# So: an operator's start costs three sign-ins where the plugin keeps nothing; and to be asked again at once by the same
#   process is no sign that the token was refused.
set -eu
work=$(mktemp -d)
trap 'kill "${server-}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
mkdir src
cat >Cargo.toml <<'TOML'
[package]
name = "asks"
version = "0.1.0"
edition = "2021"

[dependencies]
kube = { version = "=5.0.0", features = ["rustls-tls"] }
k8s-openapi = { version = "=0.29.0", features = ["latest"] }
tokio = { version = "1", features = ["macros", "rt-multi-thread"] }
TOML
cat >src/main.rs <<'RUST'
#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = kube::Client::try_default().await?;
    for _ in 0..2 {
        println!("the cluster runs {}", client.apiserver_version().await?.git_version);
    }
    Ok(())
}
RUST
CARGO_HOME="$work/cargo" CARGO_PROFILE_DEV_DEBUG=0 cargo build --quiet
openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out certificate -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE 2>openssl.log
cat >cluster.py <<'PYTHON'
import json
import ssl
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

MEMBERS = "major minor gitCommit gitTreeState buildDate goVersion compiler platform".split()


class Cluster(BaseHTTPRequestHandler):
    def do_GET(self):
        sys.stderr.write(f"{self.path}: {self.headers['Authorization']}\n")
        content = json.dumps({**dict.fromkeys(MEMBERS, ""), "gitVersion": "v1.34.0"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Cluster)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("certificate", "key")
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()
PYTHON
cat >plugin <<'PLUGIN'
#!/bin/sh
read -r code
case $KUBERNETES_EXEC_INFO in *'"interactive":true'*) may=may ;; *) may='may not' ;; esac
echo "the plugin $may ask, and is told $code" >&2
ends=$(date -u -d '+1 hour' +%Y-%m-%dT%H:%M:%SZ)
echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"'"$code"'","expirationTimestamp":"'"$ends"'"}}'
PLUGIN
chmod 755 plugin
mkfifo port
python3 cluster.py >port 2>sent &
server=$!
read -r port <port
cat >kubeconfig <<KUBECONFIG
apiVersion: v1
kind: Config
current-context: it
contexts: [{name: it, context: {cluster: it, user: me}}]
clusters: [{name: it, cluster: {server: "https://localhost:$port", certificate-authority: $work/certificate}}]
users:
- name: me
  user:
    exec: {apiVersion: client.authentication.k8s.io/v1, command: $work/plugin, interactiveMode: IfAvailable}
KUBECONFIG
{
    printf 'one\ntwo\nthree\nfour\n' | KUBECONFIG="$work/kubeconfig" target/debug/asks 2>&1
    cat sent
} | tee seen
cat >expected <<'SEEN'
the plugin may ask, and is told one
the plugin may ask, and is told two
the plugin may ask, and is told three
the cluster runs v1.34.0
the cluster runs v1.34.0
/version: Bearer one
/version: Bearer one
SEEN
cmp seen expected
