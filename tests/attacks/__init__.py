"""Attacks on a running instance, and proof that each would bite where its defence is out."""
