"""The portal: one static page an item, column lists and a front page, written into a web server's folder."""
