"""Parsers under a fuzzer that is guided by coverage: what CI has no time for (`sh contrib/test.sh --long`)."""
