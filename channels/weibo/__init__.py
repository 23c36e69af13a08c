"""Sina Weibo 新浪微博: one short post by `statuses/share`, with the portal's link. See README.md."""
