"""Pages of parties: lists, the customer card, forms, settings."""
