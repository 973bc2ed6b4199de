#!/bin/sh
# golang.org/x/oauth2 v0.38.0 with the endpoint that coreos/go-oidc v3.21.0 makes for it: each poll for a device code is
# sent twice at once, the client's id in Basic and then in the form, until there is a token.
#
# Seen: a server that keeps to RFC 8628 answers every second one slow_down, and the client adds five seconds to its
#   interval each time: 5, 10, 15, 20, 25. Who has typed the code after a minute is signed in after 75 seconds, and the
#   later, the longer it takes.
# One would have guessed: one request each interval, and the sign-in within five seconds, as with AuthStyle set. Pending
#   is no refusal of the way in which the client says who it is, which is what the second request is there to find out.
# So: a server must not take slow_down for a sign of a hasty client; a program names the AuthStyle.
set -eu
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
mkdir "$work/finding"
cd "$work/finding"
export HOME="$work" GOPATH="$work/go" GOCACHE="$work/cache" GOFLAGS=-modcacherw GOENV=off GOTOOLCHAIN=go1.26.8
cat >device_test.go <<'GO'
package finding

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

const interval, typing = 5 * time.Second, time.Minute

// provider answers as RFC 8628 section 3.5 says; the person has typed the code after a minute.
type provider struct {
	begun, last time.Time
	told        []string
}

func (p *provider) RoundTrip(r *http.Request) (*http.Response, error) {
	now := time.Now()
	if r.URL.Path == "/device" {
		p.begun, p.last = now, now
		return answer(200, `{"device_code": "device", "user_code": "CODE", "verification_uri": "https://provider.example",
			"interval": 5, "expires_in": 900}`), nil
	}
	early := now.Sub(p.last) < interval
	p.last = now
	switch {
	case early:
		p.told = append(p.told, "slow_down")
	case now.Sub(p.begun) < typing:
		p.told = append(p.told, "pending")
	default:
		p.told = append(p.told, "token")
		return answer(200, `{"access_token": "token", "token_type": "Bearer", "expires_in": 3600}`), nil
	}
	return answer(400, `{"error": "`+strings.Replace(p.told[len(p.told)-1], "pending", "authorization_pending", 1)+`"}`), nil
}

func answer(status int, body string) *http.Response {
	header := http.Header{"Content-Type": {"application/json"}}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body))}
}

func signIn(name string, style oauth2.AuthStyle) func(*testing.T) {
	return func(t *testing.T) {
		p := &provider{}
		ctx := context.WithValue(t.Context(), oauth2.HTTPClient, &http.Client{Transport: p})
		known := oidc.ProviderConfig{
			IssuerURL:     "https://provider.example",
			TokenURL:      "https://provider.example/token",
			DeviceAuthURL: "https://provider.example/device",
		}
		app := oauth2.Config{ClientID: "app", Endpoint: known.NewProvider(ctx).Endpoint()}
		if style != 0 {
			app.Endpoint.AuthStyle = style
		}
		code, err := app.DeviceAuth(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = app.DeviceAccessToken(ctx, code); err != nil {
			t.Fatal(err)
		}
		fmt.Printf("%s: signed in after %v: %s\n", name, time.Since(p.begun), strings.Join(p.told, " "))
	}
}

// Test runs on a clock that passes while everybody waits (testing/synctest).
func Test(t *testing.T) {
	synctest.Test(t, signIn("as go-oidc has it", 0))
	synctest.Test(t, signIn("AuthStyleInParams", oauth2.AuthStyleInParams))
}
GO
{
    go mod init finding
    go get golang.org/x/oauth2@v0.38.0 github.com/coreos/go-oidc/v3@v3.21.0
    go mod tidy
} 2>go.log
go test -count=1 . -v | grep 'signed in' | tee seen
cat >expected <<'SEEN'
as go-oidc has it: signed in after 1m15s: pending slow_down pending slow_down pending slow_down pending slow_down token
AuthStyleInParams: signed in after 1m0s: pending pending pending pending pending pending pending pending pending pending pending token
SEEN
cmp seen expected
