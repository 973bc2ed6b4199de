#!/bin/sh
# Azure/kubelogin 0.2.22: `convert-kubeconfig` finds no server id in a kubeconfig that says --server-id=S in one word,
# though `get-token` takes it.
#
# Seen: `get-token --server-id=S` goes on to ask for a secret; `convert-kubeconfig` of a kubeconfig with these very words
#   stops: "--server-id is required". With --server-id and S in two words it converts.
# One would have guessed: whoever takes both forms of a flag reads both. Each program does so by itself (pflag); what is
#   read of the kubeconfig is looked for word by word.
# So: whoever writes a kubeconfig for kubelogin puts a flag and its value into two items of the list.
set -eu
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
GOBIN="$work" GOFLAGS=-modcacherw GOTOOLCHAIN=go1.26.10 go install github.com/Azure/kubelogin@v0.2.22
"$work/kubelogin" --version | grep -E 'git hash: v0\.2\.22$'
told() {
    "$work/kubelogin" "$@" 2>&1 | sed -n 's/^Error: //p' | grep . || echo done
}
for words in '--server-id=S' '--server-id, S'; do
    cat >"$work/config" <<KUBECONFIG
apiVersion: v1
kind: Config
users:
- name: me
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      command: kubelogin
      args: [get-token, $words, --client-id, C, --tenant-id, T]
KUBECONFIG
    echo "$words: $(told convert-kubeconfig --kubeconfig "$work/config" -l spn)"
done | tee "$work/seen"
echo "get-token --server-id=S: $(told get-token --server-id=S --login spn --client-id C --tenant-id T)" | tee -a "$work/seen"
cat >"$work/expected" <<'SEEN'
--server-id=S: --server-id is required
--server-id, S: done
get-token --server-id=S: failed to create azidentity credential: client secret cannot be empty
SEEN
cmp "$work/seen" "$work/expected"
