"""Messages to people through WeCom, DingTalk, Feishu and mail: the only home of apprise."""
