"""Languages: how a scenario's source becomes a program that a session can run."""
