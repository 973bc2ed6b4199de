"""git's configuration: a section per host, written by git itself."""
