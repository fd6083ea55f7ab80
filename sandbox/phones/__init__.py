"""People's telephones, and doubles of the providers that reach them."""
