"""The jobs that follow from entries: channel messages, surfaces, people; `effects.py` combines them."""
