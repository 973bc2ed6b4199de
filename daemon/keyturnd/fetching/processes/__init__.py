"""Acquisition processes, seen from the daemon: started, talked with, watched, killed."""
