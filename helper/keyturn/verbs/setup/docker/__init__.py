"""credHelpers in docker's config.json and containers' auth.json, edited as text so that all else stays as it is."""
