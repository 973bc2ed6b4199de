"""What stands between the sockets and the services: TLS, the host check, counts, and faults made to order."""
