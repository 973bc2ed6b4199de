"""Machines that are set up for the emulator, as a user of each tool would have done it."""
