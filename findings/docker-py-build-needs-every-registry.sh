#!/bin/sh
# docker (docker-py) 7.2.0: an image build collects the credentials of every registry in credHelpers, whichever the
# Dockerfile names, and the first helper that fails otherwise than "not found" ends the build.
#
# Seen: build() raises DockerException for a registry that the build has nothing to do with, before it speaks to the
#   engine; pull() of the public image alone asks no helper.
# One would have guessed: a registry is asked for when it is used, as `docker build` with BuildKit does.
# So: a helper that cannot answer must say the exact not-found text wherever a person has to act first.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check docker==7.2.0 requests==2.34.2
mkdir "$work/bin" "$work/context"
cat >"$work/bin/docker-credential-locked" <<'HELPER'
#!/bin/sh
read -r registry
echo "$registry" >>"$ASKED"
echo 'sign-in needed'
exit 1
HELPER
chmod 755 "$work/bin/docker-credential-locked"
echo '{"credHelpers": {"private.example": "locked"}}' >"$work/config.json"
echo 'FROM public.example/base' >"$work/context/Dockerfile"
ASKED=$work/asked PATH="$work/bin:$PATH" DOCKER_CONFIG=$work WORK=$work "$work/venv/bin/python" - <<'PYTHON'
import os
from pathlib import Path

import docker
from docker import auth

work = Path(os.environ["WORK"])
client = docker.APIClient(base_url="unix://" + str(work / "no-engine"), version="1.44")
try:
    list(client.build(path=str(work / "context")))
except Exception as error:  # a connection error would mean that it went on to the engine, which is not there
    ending = f"{type(error).__name__}: {error}"
asked = (work / "asked").read_text().split()
print("docker", docker.__version__)
print("build of public.example/base ended with", ending)
print("registries asked for:", asked)
config = auth.load_config(config_path=str(work / "config.json"))
print("for a pull of public.example/base:", config.resolve_authconfig("public.example"))
assert asked == ["private.example"], asked
assert ending.startswith("DockerException: Credentials store error") and "sign-in needed" in ending, ending
assert (work / "asked").read_text().split() == asked
PYTHON
