"""Machines that a tool is set up on: git, docker, kubectl."""
