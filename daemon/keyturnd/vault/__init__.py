"""At rest: sealed records, their names, and the key they are sealed with."""
