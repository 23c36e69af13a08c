"""Gongkai 公开: one item, reviewed by named people, disclosed on every channel, with a log that proves itself."""
