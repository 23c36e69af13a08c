"""Rules of disclosure, pure: no clock, no randomness, no I/O. Standard library only."""
