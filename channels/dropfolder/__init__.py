"""The dropfolder: messages as files in a folder. The reference to copy for a new channel."""
