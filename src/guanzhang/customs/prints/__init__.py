"""Papers as PDF: the official form of a declaration and what goes with it."""
