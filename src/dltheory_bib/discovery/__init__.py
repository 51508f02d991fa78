"""Discover works outside a collection by their citations, on one machine or on a cluster."""
