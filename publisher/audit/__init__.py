"""Bytes of the audit log 存证: canonical form, chain, tree, checkpoint, anchor, export, verification.

`docs/specs/audit-log.md` defines every byte. Nothing here reads a clock, draws a random number or opens
a database: time and salts come in as arguments. Only keys and anchor files are read and written.
"""
