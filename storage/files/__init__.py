"""Files that the record refers to and that are no part of the database."""
