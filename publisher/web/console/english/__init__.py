"""The English of the console: one table a room, Chinese text → English text. `%(name)s` stands in both."""

from publisher.web.console.english import frame, items, tokens, workbench

ENGLISH: dict[str, str] = {**frame.WORDS, **workbench.WORDS, **items.WORDS, **tokens.WORDS}
