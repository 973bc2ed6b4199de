"""`keyturn demo`: everything for real, against an emulator on this machine, in a directory of its own.

A step is a function over the `Stage`. It runs the commands that a user would type, checks its claim with the counts
of the emulator, and returns the claim as a sentence. Steps of one family live in one module of `steps/`.
"""
