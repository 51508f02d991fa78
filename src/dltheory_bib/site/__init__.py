"""The static web site: pages made from a Bibliography, that read without a server or a network."""
