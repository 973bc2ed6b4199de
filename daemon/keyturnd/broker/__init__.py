"""Who gets which token: held, joined or newly acquired."""
