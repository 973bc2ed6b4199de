"""Where a browser brings the answer to a sign-in: a port of this machine's own, and the page it ends on."""
