"""The emulator for tests: its process, and requests to it by hand."""
