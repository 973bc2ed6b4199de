"""The acquisition process: one token fetch, then gone. All of msal, httpx and keyring live here."""
