"""The WeChat official account 微信公众号 as a channel. `README.md` tells the life of a message there."""
