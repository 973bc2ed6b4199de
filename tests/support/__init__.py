"""What tests share, in rooms named after what it stands for; see the first line of each."""
