"""One bounded exchange with a provider: transport, proxies, trust, and what it means when no answer comes."""
