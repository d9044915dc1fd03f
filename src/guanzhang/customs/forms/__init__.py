"""What the form of a declaration shows: fields, columns, words. No markup."""
