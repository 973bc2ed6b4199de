"""AWX and Ansible Automation Platform: one job's session, its tokens, and what the server's refusals mean."""
