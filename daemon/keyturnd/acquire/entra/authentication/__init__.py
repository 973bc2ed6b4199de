"""How an application proves which one it is (RFC 6749 section 2.3): by secret, or by an assertion (RFC 7523)."""
