"""AWX: the automation controller with its own OAuth2 provider, and the platform gateway that replaced it.

The gateway is there twice, as of October 2024 and of June 2026. All answer as the real ones did in the recordings
beside reference/awx.md, which the tests replay step by step.
"""
