"""What tests share: programs they need, a clean environment, a running keyturn."""
