"""A quarter of somebody's work in seconds: the real routes, broker, vault and acquisition code on a virtual clock.

What is not real: processes and sockets (an acquisition is a thread, a provider's answer a function call), and time.
"""
