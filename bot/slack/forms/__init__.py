"""A verb's fields as a Slack form, and a submitted form as a draft of the verb's fields."""
