"""The English of the console: one table a room, Chinese text → English text. `%(name)s` stands in both."""

from publisher.web.console.english import channels, frame, items, tokens, workbench

ENGLISH: dict[str, str] = {
    **frame.WORDS,
    **channels.WORDS,
    **items.WORDS,
    **tokens.WORDS,
    **workbench.WORDS,
}
