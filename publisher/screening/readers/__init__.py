"""Readers: bytes in, text and fields out, or a refusal that says what is allowed instead."""
