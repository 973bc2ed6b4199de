"""What a person asks of an AWX about tokens and applications, beside the token that keyturn keeps."""
