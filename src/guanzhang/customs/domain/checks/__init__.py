"""Every check of a declaration: pure rules over a document and its context."""
