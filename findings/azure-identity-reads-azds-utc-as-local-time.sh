#!/bin/sh
# azure-identity 1.27.0 (Python), AzureDeveloperCliCredential: the time that azd prints, in UTC with a Z, is read as
# local time.
#
# Seen: of a token that lives an hour a machine five hours west of Greenwich holds that it lives six, and one an hour
#   east that it has ended. azd prints RFC 3339 (contracts.RFC3339Time); azure-identity takes no form without the Z.
# One would have guessed: an hour everywhere, as @azure/identity 4.13.1 for JavaScript reads the same words.
# So: a stand-in for azd serves this credential right in UTC alone: elsewhere a token's end must not be left to the
#   caller.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check azure-identity==1.27.0
npm install --silent --no-audit --no-fund --cache "$work/npm" @azure/identity@4.13.1 >npm.log
mkdir bin
cat >bin/azd <<'AZD'
#!/bin/sh
date -u -d '+1 hour' '+{"token":"t","expiresOn":"%Y-%m-%dT%H:%M:%SZ"}'
AZD
chmod 755 bin/azd
cat >ask.py <<'PYTHON'
import time

from azure.identity import AzureDeveloperCliCredential

token = AzureDeveloperCliCredential().get_token("https://management.azure.com/.default")
print(round((token.expires_on - time.time()) / 3600))
PYTHON
cat >ask.js <<'JAVASCRIPT'
const { AzureDeveloperCliCredential } = require("@azure/identity");

new AzureDeveloperCliCredential().getToken("https://management.azure.com/.default").then((token) => {
  console.log(Math.round((token.expiresOnTimestamp - Date.now()) / 3600e3));
});
JAVASCRIPT
for zone in UTC EST5 CET-1; do # fixed offsets, so that no summer time changes what is seen
    for ask in "venv/bin/python ask.py" "node ask.js"; do
        echo "TZ=$zone, ${ask#* }: lives $(TZ=$zone PATH="$work/bin:$PATH" $ask) hours" | tee -a seen
    done
done
cat >expected <<'SEEN'
TZ=UTC, ask.py: lives 1 hours
TZ=UTC, ask.js: lives 1 hours
TZ=EST5, ask.py: lives 6 hours
TZ=EST5, ask.js: lives 1 hours
TZ=CET-1, ask.py: lives 0 hours
TZ=CET-1, ask.js: lives 1 hours
SEEN
cmp seen expected
