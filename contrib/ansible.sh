#!/bin/sh
# sh contrib/ansible.sh DIRECTORY: ansible-core and the collection awx.awx in a virtual environment, for the tests.
# sh contrib/ansible.sh --rulebook DIRECTORY: and ansible-rulebook, which needs Java.
# The collection comes out of the package `ansible`, as AWX has published none on PyPI by itself; the other forty
# thousand files of that package stay in the wheel.
set -eu
fail() { # SENTENCE HINT
    printf 'keyturn: error: %s\nkeyturn: hint: %s\n' "$1" "$2" >&2
    exit 1
}

rulebook=
if [ "${1-}" = --rulebook ]; then
    rulebook=ansible-rulebook
    command -v java >/dev/null || fail "ansible-rulebook needs Java" "apt-get install default-jre-headless"
    shift
fi
[ $# -eq 1 ] || fail "ansible.sh takes one directory" "sh contrib/ansible.sh /tmp/ansible"

python3 -m venv "$1"
python=$1/bin/python
"$python" -m pip install --quiet --disable-pip-version-check 'ansible-core>=2.19' $rulebook
"$python" -m pip download --quiet --disable-pip-version-check --no-deps --dest "$1" ansible==12.3.0
"$python" - "$1"/ansible-*.whl <<'END'
import sys, sysconfig, zipfile

with zipfile.ZipFile(sys.argv[1]) as wheel:
    members = [name for name in wheel.namelist() if name.startswith("ansible_collections/awx/awx/")]
    wheel.extractall(sysconfig.get_path("purelib"), members)
END
rm "$1"/ansible-*.whl
