"""Documents for people outside: HTML rendered to PDF."""
