#!/bin/sh
# Azure/kubelogin 0.2.19: `convert-kubeconfig -l spn --disable-environment-override=false` writes the switch into the
# kubeconfig as if it were on.
#
# Seen: `--disable-environment-override` stands in the arguments, without its `=false`: from then on get-token passes over
#   AZURE_CLIENT_SECRET and its like.
# One would have guessed: no such argument, as the switch is off; `--legacy=false` and `--pop-enabled=false` write none.
# So: a stand-in that writes what kubelogin writes has to write it, too, whatever its value.
set -eu
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
GOBIN="$work" GOFLAGS=-modcacherw go install github.com/Azure/kubelogin@v0.2.19
"$work/kubelogin" --version | grep -E 'git hash: v0\.2\.19$'
cat >"$work/config" <<KUBECONFIG
apiVersion: v1
kind: Config
users:
- name: me
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      command: kubelogin
      args: [get-token, --server-id, S, --client-id, C, --tenant-id, T]
KUBECONFIG
for switch in --legacy=false --disable-environment-override=false; do
    "$work/kubelogin" convert-kubeconfig --kubeconfig "$work/config" -l spn "$switch"
    echo "after $switch:"
    grep -E '^ +- --(legacy|disable)' "$work/config" || echo "      none"
done
test "$(grep -c -e '- --legacy$' "$work/config")" -eq 0
grep -q -e '- --disable-environment-override$' "$work/config"
