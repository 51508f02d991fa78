"""The records: what a work, a topic, a venue, a person, a question or a result is."""
