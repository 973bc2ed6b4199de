#!/bin/sh
# microsoft-authentication-library-for-go v1.10.1 (with which azidentity and Azure/kubelogin sign in): while it waits for
# a device code, neither the server's interval nor its slow_down counts: it polls after 50 ms, then further and further
# apart, up to 5 s.
#
# Seen: a server that holds its clients to RFC 8628 (after slow_down "the interval MUST be increased by 5 seconds for
#   this and all subsequent requests", section 3.5) never hears it wait long enough: the person types the code after a
#   minute, and the sign-in ends with it after a quarter of an hour, 183 times told to slow down. Where the server stays
#   at its 5 s, the first five polls are told so for nothing.
# One would have guessed: as golang.org/x/oauth2 v0.38.0 signs in at the same servers: after a minute, never told.
# So: a server that wants this client to come through says authorization_pending, or leaves its interval as it is.
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

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"
	"golang.org/x/oauth2"
)

const (
	authority = "https://login.example/tenant"
	endpoints = `{"issuer": "` + authority + `", "authorization_endpoint": "` + authority + `/authorize",
		"token_endpoint": "` + authority + `/token"}`
	code = `{"device_code": "device", "user_code": "CODE", "verification_uri": "https://login.example",
		"interval": 5, "expires_in": 900}`
	token = `{"access_token": "token", "token_type": "Bearer", "expires_in": 3600, "scope": "scope"}`
)

// provider has the person type the code after a minute; each slow_down makes its interval longer by `lengthens`.
type provider struct {
	lengthens, interval time.Duration
	begun, last         time.Time
	slowDowns           int
}

func (p *provider) RoundTrip(r *http.Request) (*http.Response, error) {
	switch {
	case strings.HasSuffix(r.URL.Path, "/openid-configuration"):
		return answer(200, endpoints)
	case strings.HasSuffix(r.URL.Path, "/devicecode"):
		p.begun, p.last, p.interval = time.Now(), time.Now(), 5*time.Second
		return answer(200, code)
	}
	waited := time.Since(p.last)
	p.last = time.Now()
	switch {
	case waited < p.interval:
		p.slowDowns++
		p.interval += p.lengthens
		return answer(400, `{"error": "slow_down"}`)
	case time.Since(p.begun) < time.Minute:
		return answer(400, `{"error": "authorization_pending"}`)
	}
	return answer(200, token)
}

func answer(status int, body string) (*http.Response, error) {
	header := http.Header{"Content-Type": {"application/json"}}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body))}, nil
}

func byMSAL(ctx context.Context, p *provider) error {
	client, err := public.New("app", public.WithAuthority(authority), public.WithInstanceDiscovery(false),
		public.WithHTTPClient(&http.Client{Transport: p}))
	if err != nil {
		return err
	}
	device, err := client.AcquireTokenByDeviceCode(ctx, []string{"scope"})
	if err != nil {
		return err
	}
	_, err = device.AuthenticationResult(ctx)
	return err
}

func byOAuth2(ctx context.Context, p *provider) error {
	ctx = context.WithValue(ctx, oauth2.HTTPClient, &http.Client{Transport: p})
	app := oauth2.Config{ClientID: "app", Endpoint: oauth2.Endpoint{
		DeviceAuthURL: authority + "/devicecode", TokenURL: authority + "/token", AuthStyle: oauth2.AuthStyleInParams,
	}}
	device, err := app.DeviceAuth(ctx)
	if err != nil {
		return err
	}
	_, err = app.DeviceAccessToken(ctx, device)
	return err
}

// Test runs on a clock that passes while everybody waits (testing/synctest).
func Test(t *testing.T) {
	for _, lengthens := range []time.Duration{5 * time.Second, 0} {
		for _, client := range []struct {
			name   string
			signIn func(context.Context, *provider) error
		}{{"MSAL", byMSAL}, {"x/oauth2", byOAuth2}} {
			synctest.Test(t, func(t *testing.T) {
				p, outcome := &provider{lengthens: lengthens}, "signed in"
				if err := client.signIn(t.Context(), p); err != nil {
					outcome = err.Error()
				}
				fmt.Printf("%v longer each time, %s: %s after %v, slow_down %d times\n", lengthens, client.name, outcome,
					time.Since(p.begun).Round(time.Second), p.slowDowns)
			})
		}
	}
}
GO
{
    go mod init finding
    go get github.com/AzureAD/microsoft-authentication-library-for-go@v1.10.1 golang.org/x/oauth2@v0.38.0
    go mod tidy
} 2>go.log
go test -count=1 . -v | grep 'slow_down' | tee seen
cat >expected <<'SEEN'
5s longer each time, MSAL: context deadline exceeded after 15m0s, slow_down 183 times
5s longer each time, x/oauth2: signed in after 1m0s, slow_down 0 times
0s longer each time, MSAL: signed in after 1m1s, slow_down 5 times
0s longer each time, x/oauth2: signed in after 1m0s, slow_down 0 times
SEEN
cmp seen expected
