"""An OpenID provider that nobody here wrote, in the place of Entra ID: oidc-provider, from npm."""
