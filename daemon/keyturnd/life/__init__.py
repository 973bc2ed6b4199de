"""The daemon from start to end: what it takes possession of, what it watches, and how it leaves."""
