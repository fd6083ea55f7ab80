"""How a stored record is checked again, from hashes to roots. Changes nothing, and trusts no column but the hashed text."""
