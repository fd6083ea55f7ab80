"""The randomized soak. Importing it starts nothing."""
