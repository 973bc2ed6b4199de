#!/bin/sh
# oci-client 0.18.0 (Rust): every call takes a credential, and of those for one registry the first that a client object
# was given is the one that counts. What comes later is not sent.
#
# Seen: a client is given the password of the morning, and after that has ended the one of the evening: it asks the
#   token service with the morning's, is refused, says nothing of it, and sends the request as nobody. A new client
#   with the password of the evening is served.
# One would have guessed: the password given with the call is what the call signs in with.
# So: a program that lives longer than its password, such as the three hours of an Azure registry's refresh token,
#   makes a new client with each new one; and the "unauthorized" that it got says nothing about what it gave.
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
oci-client = { version = "=0.18.0", default-features = false, features = ["rustls-tls-no-provider"] }
rustls = { version = "0.23", default-features = false, features = ["ring"] }
tokio = { version = "1", features = ["macros", "rt"] }
TOML
cat >src/main.rs <<'RUST'
use oci_client::client::{Client, ClientConfig, ClientProtocol};
use oci_client::secrets::RegistryAuth;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    rustls::crypto::ring::default_provider().install_default().unwrap();
    let registry = std::env::args().nth(1).unwrap();
    let client = || Client::new(ClientConfig { protocol: ClientProtocol::Http, ..Default::default() });
    let (first, second) = (client(), client());
    for (name, client, repository, password) in [
        ("a client", &first, "app", "morning"),
        ("the same client", &first, "other", "evening"),
        ("a new client", &second, "other", "evening"),
    ] {
        let image = format!("{registry}/{repository}:1").parse().unwrap();
        let given = RegistryAuth::Basic("me".into(), password.into());
        let got = client.pull_manifest_raw(&image, &given, &["application/json"]).await;
        let outcome = if got.is_ok() { "served".into() } else { format!("{:?}", got.unwrap_err()) };
        let outcome = outcome.split(' ').next().unwrap();
        println!("{name}, {repository}, given {password}: {outcome}");
    }
}
RUST
CARGO_HOME="$work/cargo" cargo build --quiet
cat >registry.py <<'PYTHON'
import base64
import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urlsplit

right = ["me:morning", "me:evening"]  # the first one ends when it has served once


class Registry(BaseHTTPRequestHandler):
    def do_GET(self):
        path = urlsplit(self.path).path
        scheme, _, sent = self.headers.get("Authorization", "").partition(" ")
        sent = base64.b64decode(sent).decode() if scheme == "Basic" else sent
        sys.stderr.write(f"{path}: {sent or 'nobody'}\n")
        if path == "/token" and sent == right[0]:
            del right[:-1]
            self.answer(200, {"token": "token", "expires_in": 300})
        elif sent == "token":
            self.answer(200, {})
        else:
            self.answer(401, {"errors": []})

    def answer(self, status, document):
        content = json.dumps(document).encode()
        self.send_response(status)
        if status == 401:
            realm = f"http://{self.headers['Host']}/token"
            self.send_header("WWW-Authenticate", f'Bearer realm="{realm}",service="registry"')
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Registry)
print(server.server_port, flush=True)
server.serve_forever()
PYTHON
mkfifo port
python3 registry.py >port 2>sent &
server=$!
read -r port <port
{
    target/debug/asks "127.0.0.1:$port"
    cat sent
} | tee seen
cat >expected <<'SEEN'
a client, app, given morning: served
the same client, other, given evening: UnauthorizedError
a new client, other, given evening: served
/v2/: nobody
/token: me:morning
/v2/app/manifests/1: token
/v2/: nobody
/token: me:morning
/v2/other/manifests/1: nobody
/v2/: nobody
/token: me:evening
/v2/other/manifests/1: token
SEEN
cmp seen expected
