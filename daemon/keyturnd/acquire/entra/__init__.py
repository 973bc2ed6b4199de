"""Entra ID: one job's session, one module per grant, and what its answers and refusals mean."""
