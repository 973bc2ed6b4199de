"""AWX twice: the automation controller with its own OAuth2 provider, and the platform gateway that replaced it.

Both answer as the real ones did in the recordings beside reference/awx.md, which the tests replay step by step.
"""
