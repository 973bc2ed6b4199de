"""Both servers' own OAuth2 provider (django-oauth-toolkit): /o/token/ and its neighbours."""
