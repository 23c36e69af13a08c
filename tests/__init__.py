"""Tests. Names are facts."""
