"""What a person sees and does while a sign-in is under way."""
