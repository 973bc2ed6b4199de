#!/bin/sh
# testcontainers 2.0.5 (Java): the first failure of a docker credential helper, whatever its words, is taken for its way
# to say "not found"; from then on the words of the protocol count for an error.
#
# Seen: a helper says of one registry that somebody has to sign in, and of another one that it has no credentials;
#   config.json has a password for the latter. Asked for the first one first, testcontainers logs "does not have
#   credentials" for it, without the helper's words, and does not find the password of the second one; the other way
#   round it finds it.
# One would have guessed: what its manual says, credHelpers, then credsStore, then auths, whatever was asked for before:
#   the protocol's helpers have one text for it, "credentials not found in native keychain".
# So: of two tests the one that runs first decides whether the other one has its password; and a helper's advice is lost
#   the first time.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export HOME="$work" DOCKER_CONFIG="$work"
unset DOCKER_AUTH_CONFIG
cat >pom.xml <<'POM'
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId>
  <artifactId>finding</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.testcontainers</groupId>
      <artifactId>testcontainers</artifactId>
      <version>2.0.5</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId>
      <artifactId>slf4j-simple</artifactId>
      <version>1.7.36</version>
    </dependency>
  </dependencies>
</project>
POM
plugin=org.apache.maven.plugins:maven-dependency-plugin:3.9.0
mvn --quiet --batch-mode -Dmaven.repo.local="$work/maven" -Dmdep.outputFile=classpath \
    "$plugin:build-classpath" >mvn.log 2>&1
mkdir bin
cat >bin/docker-credential-own <<'HELPER'
#!/bin/sh
read -r registry || true
case $registry in
locked.example) echo 'somebody has to sign in' ;;
*) echo 'credentials not found in native keychain' ;;
esac
exit 1
HELPER
chmod 755 bin/docker-credential-own
cat >config.json <<'CONFIG'
{
  "credHelpers": {"locked.example": "own", "other.example": "own"},
  "auths": {"other.example": {"auth": "bWU6c2VjcmV0"}}
}
CONFIG
cat >Ask.java <<'JAVA'
import com.github.dockerjava.api.model.AuthConfig;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.RegistryAuthLocator;

class Ask {
    public static void main(String[] registries) {
        for (String registry : registries) {
            DockerImageName image = DockerImageName.parse(registry + "/app:1");
            AuthConfig found = RegistryAuthLocator.instance().lookupAuthConfig(image, new AuthConfig());
            System.out.println(registry + ": password " + found.getPassword());
        }
    }
}
JAVA
ask() { # REGISTRY…: what is found, and what a log of level info tells
    echo "in the order $*"
    PATH="$work/bin:$PATH" java -Dorg.slf4j.simpleLogger.showThreadName=false -cp "$(cat classpath)" Ask.java "$@" 2>log
    sed -n 's/.*\(Credential helper.*\)/\1/p; s/.*\(Exception message: .*\)/\1/p' log
}
{
    ask locked.example other.example
    ask other.example locked.example
} | tee seen
cat >expected <<'SEEN'
in the order locked.example other.example
locked.example: password null
other.example: password null
Credential helper/store (docker-credential-own) does not have credentials for locked.example
Exception message: credentials not found in native keychain
in the order other.example locked.example
other.example: password secret
locked.example: password null
Credential helper/store (docker-credential-own) does not have credentials for other.example
Exception message: somebody has to sign in
SEEN
cmp seen expected
