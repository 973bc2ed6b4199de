"""What verbs share: parsing, requests, prompts, secret sources, and words for what is shown."""
