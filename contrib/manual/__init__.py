"""The manual pages, made from what `--help` and the guides say: `python -m manual` writes contrib/man."""
