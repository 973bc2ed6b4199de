"""Microsoft Entra ID, version 2 of its endpoints, as far as silent and device-code sign-ins use them."""
