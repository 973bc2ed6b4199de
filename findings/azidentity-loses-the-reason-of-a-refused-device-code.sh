#!/bin/sh
# azidentity v1.15.0 (Azure SDK for Go, with which Azure/kubelogin signs in): why a sign-in with a device code was refused
# is not told: "Response contained no body".
#
# Seen: Entra ID refuses after the code was entered (a policy forbids device codes, the user is not assigned, consent is
#   missing) and says so in its answer; the error of DeviceCodeCredential holds the status and no word of that. The same
#   answer to ClientSecretCredential is printed whole.
# One would have guessed: the error tells what the answer says, as it does for a secret. MSAL for Go has read the body by
#   then: while it polls it has to look whether it says authorization_pending.
# So: whoever is refused after a device code looks into the tenant's sign-in log, or asks with a browser.
set -eu
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
mkdir "$work/finding"
cd "$work/finding"
export HOME="$work" GOPATH="$work/go" GOCACHE="$work/cache" GOFLAGS=-modcacherw GOENV=off GOTOOLCHAIN=go1.26.8
cat >refusal_test.go <<'GO'
package finding

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

const (
	host      = "https://login.example/"
	tenant    = "11111111-2222-3333-4444-555555555555"
	endpoints = `{"issuer": "` + host + tenant + `/v2.0", "authorization_endpoint": "` + host + tenant + `/authorize",
		"token_endpoint": "` + host + tenant + `/token"}`
	code = `{"device_code": "device", "user_code": "CODE", "verification_uri": "https://login.example", "interval": 1,
		"expires_in": 900}`
	reason  = "AADSTS53003: Access has been blocked by Conditional Access policies."
	refusal = `{"error": "invalid_grant", "error_description": "` + reason + `", "error_codes": [53003]}`
)

// provider gives a code to whoever asks, and a token to nobody.
type provider struct{}

func (provider) Do(r *http.Request) (*http.Response, error) {
	status, body := "400 Bad Request", refusal
	switch {
	case strings.HasSuffix(r.URL.Path, "/openid-configuration"):
		status, body = "200 OK", endpoints
	case strings.HasSuffix(r.URL.Path, "/devicecode"):
		status, body = "200 OK", code
	}
	answer := http.Response{Status: status, Header: http.Header{"Content-Type": {"application/json"}}, Request: r}
	answer.Body = io.NopCloser(strings.NewReader(body))
	_, err := fmt.Sscan(status, &answer.StatusCode)
	return &answer, err
}

func Test(t *testing.T) {
	options := azcore.ClientOptions{Transport: provider{}, Cloud: cloud.Configuration{ActiveDirectoryAuthorityHost: host}}
	device, err := azidentity.NewDeviceCodeCredential(&azidentity.DeviceCodeCredentialOptions{
		ClientOptions: options, DisableInstanceDiscovery: true, TenantID: tenant, ClientID: "app",
		UserPrompt: func(context.Context, azidentity.DeviceCodeMessage) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	secret, err := azidentity.NewClientSecretCredential(tenant, "app", "secret", &azidentity.ClientSecretCredentialOptions{
		ClientOptions: options, DisableInstanceDiscovery: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range []struct {
		name       string
		credential azcore.TokenCredential
	}{{"device code", device}, {"secret", secret}} {
		_, err := one.credential.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{"scope/.default"}})
		told := err.Error()
		fmt.Printf("seen: %s: the reason is told: %v, no body: %v\n", one.name, strings.Contains(told, reason),
			strings.Contains(told, "Response contained no body"))
	}
}
GO
{
    go mod init finding
    go get github.com/Azure/azure-sdk-for-go/sdk/azidentity@v1.15.0
    go mod tidy
} 2>go.log
go test -count=1 . -v | grep '^seen' | tee seen
cat >expected <<'SEEN'
seen: device code: the reason is told: false, no body: true
seen: secret: the reason is told: true, no body: false
SEEN
cmp seen expected
