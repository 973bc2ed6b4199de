#!/bin/sh
# hashicorp/go-azure-sdk v0.20260811.1225050 (terraform's providers azurerm and azuread): of the answer of a managed
# identity's endpoint it looks at expires_in alone, and Azure App Service gives expires_on.
#
# Seen: of a token that ends in an hour the authorizer holds that it never ends: its Expiry is zero, and
#   golang.org/x/oauth2 uses such a token for ever. There is a member for expires_on; nothing reads it.
# One would have guessed: an hour, as azidentity 1.15.0 has it from the same answer.
# So: what runs longer than its token lives goes on with a token that has ended; an endpoint for such programs gives
#   expires_in as well.
set -eu
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
export HOME="$work" GOPATH="$work/go" GOCACHE="$work/cache" GOFLAGS=-modcacherw GOENV=off
cat >main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/hashicorp/go-azure-sdk/sdk/auth"
	"github.com/hashicorp/go-azure-sdk/sdk/environments"
)

// answer has the members, all of them strings, that the manual of App Service shows.
const answer = `{"access_token": "token", "expires_on": "%d", "resource": "https://management.azure.com",
	"token_type": "Bearer", "client_id": "00000000-0000-0000-0000-000000000001"}`

func endpoint(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("X-IDENTITY-HEADER") != "secret" || r.URL.Query().Get("api-version") != "2019-08-01" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, answer, time.Now().Add(time.Hour).Unix())
}

func tell(name string, expiry time.Time, err error) {
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s: no end %t, ends in an hour %t\n", name, expiry.IsZero(), time.Until(expiry).Round(time.Minute) == time.Hour)
}

func main() {
	server := httptest.NewServer(http.HandlerFunc(endpoint))
	ctx := context.Background()
	hashicorp, err := auth.NewManagedIdentityAuthorizer(ctx, auth.ManagedIdentityAuthorizerOptions{
		Api:                             environments.AzurePublic().ResourceManager,
		CustomManagedIdentityEndpoint:   server.URL,
		CustomManagedIdentityAPIVersion: "2019-08-01",
		CustomManagedIdentityHeaders:    map[string][]string{"X-IDENTITY-HEADER": {"secret"}},
	})
	if err != nil {
		panic(err)
	}
	held, err := hashicorp.Token(ctx, &http.Request{})
	tell("go-azure-sdk", held.Expiry, err)

	os.Setenv("IDENTITY_ENDPOINT", server.URL)
	os.Setenv("IDENTITY_HEADER", "secret")
	microsoft, err := azidentity.NewManagedIdentityCredential(nil)
	if err != nil {
		panic(err)
	}
	token, err := microsoft.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{"https://management.azure.com/.default"}})
	tell("azidentity", token.ExpiresOn, err)
}
GO
{
    go mod init finding
    go get github.com/hashicorp/go-azure-sdk/sdk@v0.20260811.1225050 github.com/Azure/azure-sdk-for-go/sdk/azidentity@v1.15.0
    go mod tidy
} 2>go.log
go run . 2>log | tee seen
cat >expected <<'SEEN'
go-azure-sdk: no end true, ends in an hour false
azidentity: no end false, ends in an hour true
SEEN
cmp seen expected
