"""The use cases of customs: one function, one transaction."""
