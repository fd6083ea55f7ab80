"""The conversations.* methods: channels, membership, history."""

from sandbox.methods.conversations import channels, history, membership

METHODS = {**channels.METHODS, **membership.METHODS, **history.METHODS}
