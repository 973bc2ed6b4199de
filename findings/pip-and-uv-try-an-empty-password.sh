#!/bin/sh
# pip 26.3 and uv 0.13.9, with a user name in the index's URL and the password in the keyring (keyring 25.7.0): each
# signs in once as that user with an empty password.
#
# Seen: pip's first request for the index's page goes out as "me:" and nothing, and only its 401 makes pip ask the
#   keyring. uv asks the keyring before the page, has the password, and then fetches the file as "me:" and nothing all
#   the same.
# One would have guessed: no password, no credential (a first request as nobody), or the keyring's from the first
#   request on; and for a file of the same server what its page was fetched with.
# So: a server's record of failed sign-ins, and whatever locks an account after some of them, counts each such run; no
#   keyring backend can prevent it.
set -eu
work=$(mktemp -d)
trap 'kill "${server-}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pip==26.3 uv==0.13.9 keyring==25.7.0 keyrings.alt==5.0.2
cat >index.py <<'PYTHON'
import base64
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from zipfile import ZipFile

wheel = BytesIO()
with ZipFile(wheel, "w") as archive:
    archive.writestr("example-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: example\nVersion: 1\n")
    archive.writestr("example-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    archive.writestr("example-1.dist-info/RECORD", "")
FILE = "example-1-py3-none-any.whl"
PAGE = f'<!DOCTYPE html><a href="../../files/{FILE}">{FILE}</a>'.encode()


class Index(BaseHTTPRequestHandler):
    def do_GET(self):
        kind, body = ("application/zip", wheel.getvalue()) if self.path.endswith(FILE) else ("text/html", PAGE)
        given = self.headers["Authorization"]
        login = base64.b64decode(given.split()[1]).decode() if given else "nobody"
        with open(sys.argv[1], "a") as log:
            log.write(f"{kind} as {login}\n")
        self.send_response(200 if login == "me:secret" else 401)
        self.send_header("WWW-Authenticate", 'Basic realm="index"')
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *words):
        pass


server = HTTPServer(("127.0.0.1", 0), Index)
print(server.server_port, flush=True)
server.serve_forever()
PYTHON
mkfifo port
python3 index.py seen >port &
server=$!
read -r port <port
export HOME="$work" XDG_DATA_HOME="$work/data" PATH="$work/venv/bin:$PATH" NO_PROXY=127.0.0.1 no_proxy=127.0.0.1
export PYTHON_KEYRING_BACKEND=keyrings.alt.file.PlaintextKeyring PIP_CONFIG_FILE=/dev/null UV_NO_CONFIG=1
export PIP_DISABLE_PIP_VERSION_CHECK=1
printf secret | keyring set "http://127.0.0.1:$port/simple/" me
printf secret | keyring set "127.0.0.1:$port" me
index="http://me@127.0.0.1:$port/simple/"
echo pip: >>seen
pip install --quiet --no-cache-dir --no-deps --target of-pip --keyring-provider import --index-url "$index" example
echo uv: >>seen
uv pip install --quiet --no-cache --no-deps --target of-uv --keyring-provider subprocess --index-url "$index" example
cat seen
cat >expected <<'SEEN'
pip:
text/html as me:
text/html as me:secret
application/zip as me:secret
uv:
text/html as me:secret
application/zip as me:
application/zip as me:secret
SEEN
cmp seen expected
