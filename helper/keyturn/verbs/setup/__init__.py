"""`keyturn setup`: making git, docker and kubectl ask keyturn, and taking that back, one room per tool."""
