"""Practice platforms 练习平台: simulators of WeChat, Weibo and a portal's web server, with a reader's view.

They ship with the product: the demo, staff training and every test use the same ones. Nothing that is
sent to them becomes public.
"""
