"""config.toml: read, validated and typed."""
