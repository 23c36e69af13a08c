"""The first content screen and the readers of what staff hand in. Pure: no clock, no store, nothing kept.

`screen` looks at text and file names, `filetypes` at the bytes of a file, `attachments` at what could be
read of it, `readers` turn files into text and items.
"""
