"""A verb's form as a modal, and the fields of a submitted form."""
