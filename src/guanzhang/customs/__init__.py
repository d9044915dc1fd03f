"""报关: declarations, their checks, taxes, messages, states, prints."""
