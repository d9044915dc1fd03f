"""Pure: reference data as of a day."""
