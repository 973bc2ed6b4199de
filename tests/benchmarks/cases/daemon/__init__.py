"""The daemon alone: what it takes for an answer, under which load, and how much memory."""
