"""How fast and how lean keyturn is, beside others and beside its earlier self: `sh contrib/bench.sh`."""
