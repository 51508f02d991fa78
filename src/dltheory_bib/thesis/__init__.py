"""What a person with a manuscript does all day: cite, fix, check, cover."""
