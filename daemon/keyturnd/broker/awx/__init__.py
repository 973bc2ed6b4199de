"""What AWX asks of a broker: tokens that exist on the server belong to somebody, or are deleted there."""
