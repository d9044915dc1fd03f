"""Pure: what a declaration is, says, costs and may do."""
