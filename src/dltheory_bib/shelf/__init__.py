"""The reference shelf: an uncurated index of scholarly works, made of public dumps."""
