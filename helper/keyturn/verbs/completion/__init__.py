"""`keyturn completion`: what a shell needs to complete our words."""
