"""HTTP on the socket: connections, and the requests and answers on them. Knows no route."""
