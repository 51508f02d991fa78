"""The query language of Python, terminal and web page."""
