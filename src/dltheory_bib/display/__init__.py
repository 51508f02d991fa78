"""Output for people: terminal, notebook, pictures."""
