#!/bin/sh
# sh contrib/newer-git.sh DIRECTORY: git of Debian's next release, git-lfs and cargo, unpacked into DIRECTORY beside the
# installed one; DIRECTORY/bin/git starts it. For the tests: git learnt in 2.46 what heals a refused token.
# Nothing is installed. The suite's line is the machine's own with another name, checked with the same keys.
set -eu
fail() { # SENTENCE HINT
    printf 'keyturn: error: %s\nkeyturn: hint: %s\n' "$1" "$2" >&2
    exit 1
}

suite=trixie
[ $# -eq 1 ] || fail "newer-git.sh takes one directory" "sh contrib/newer-git.sh /tmp/newer-git"
command -v apt-get patchelf dpkg-deb >/dev/null || fail "apt-get, dpkg-deb and patchelf are needed" "apt-get install patchelf"
mkdir -p "$1/apt/lists/partial" "$1/apt/archives/partial" "$1/bin"
root=$(cd "$1" && pwd -P)

# What `apt-get install` would use: the first source of the running release.
release=$(. /etc/os-release && printf %s "$VERSION_CODENAME")
site=$(apt-get indextargets --format '$(SITE) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk -v release="$release" '$2 == release && $3 == "main" { print $1; exit }')
[ -n "$site" ] || fail "no apt source of this machine is Debian's $release" "apt-get indextargets"
printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' "$site" "$suite" >"$root/apt/sources.list"
: >"$root/apt/status" # as if nothing were installed: git comes with every library it was built against

apt() {
    apt-get -qq -o Dir::Etc::SourceList="$root/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::State::Lists="$root/apt/lists" -o Dir::State::Status="$root/apt/status" -o Dir::Cache="$root/apt" \
        -o APT::Sandbox::User=root -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false \
        -o Acquire::Languages=none "$@"
}
apt update
# cargo and its libraries, without the compiler that its package depends on, too: nothing is built.
apt install --yes --no-install-recommends --download-only git git-lfs \
    libcurl4t64 libgcc-s1 libgit2-1.9 libsqlite3-0 libssh2-1t64 libssl3t64 >/dev/null
(cd "$root/apt/archives" && apt download cargo)
for package in "$root"/apt/archives/*.deb; do
    case ${package##*/} in
        perl* | libperl* | git-man* | debconf* | dpkg*) ;;
        *) dpkg-deb --extract "$package" "$root" ;;
    esac
done
rm -rf "$root/apt"

# The programs find their own C library and the others beside them, wherever DIRECTORY is.
loader=$(find "$root/usr/lib" -name 'ld-linux-*.so.*' | head -n 1)
for program in git git-remote-http git-http-backend git-http-fetch; do
    patchelf --set-interpreter "$loader" --force-rpath --set-rpath "${loader%/*}" "$root/usr/lib/git-core/$program"
done
for program in git git-lfs; do
    cat >"$root/bin/$program" <<END
#!/bin/sh
PATH=$root/bin:\$PATH GIT_EXEC_PATH=$root/usr/lib/git-core GIT_TEMPLATE_DIR=$root/usr/share/git-core/templates
export PATH GIT_EXEC_PATH GIT_TEMPLATE_DIR
exec $root/usr/lib/git-core/$program "\$@"
END
    chmod 755 "$root/bin/$program"
done
patchelf --set-interpreter "$loader" --force-rpath --set-rpath "${loader%/*}" "$root/usr/bin/cargo"
ln -s ../usr/bin/cargo "$root/bin/cargo"
# Its libgit2 believes in the system's certificates alone; this copy in those of the directory it is started in.
sed -i 's|/etc/ssl/certs/ca-certificates\.crt|ca-certificates-for-this-cargo.pem|' "$root"/usr/lib/*/libgit2.so.*.*.*
ln -sf ../../bin/git-lfs "$root/usr/lib/git-core/git-lfs"
"$root/bin/git" version
