"""A server of the Model Context Protocol: the catalogue as tools of an assistant, read only."""
