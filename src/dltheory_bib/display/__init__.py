"""What a person looks at: terminal, notebook, pictures."""
