"""The conversations.* methods: the life of a channel, who is in it, what was said in it."""

from sandbox.methods.conversations import channels, history, membership

METHODS = {**channels.METHODS, **membership.METHODS, **history.METHODS}
