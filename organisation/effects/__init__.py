"""The jobs that follow from entries of the workspace chain. Pure: entries in, jobs out."""
