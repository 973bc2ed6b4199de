"""How a request is read: its form, who sent it, and what it asks for."""
