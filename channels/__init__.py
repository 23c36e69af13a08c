"""Channels: how each platform speaks. Nothing here knows `publisher`."""
