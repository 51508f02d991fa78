"""The static web site: pages made from a Bibliography, which work without a server or a network."""
