"""The records: works, topics, venues, people, questions and results."""
