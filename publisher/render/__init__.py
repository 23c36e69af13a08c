"""Messages for channels, made from approved content and small templates. Nothing here names a channel."""
