"""The console: pages for people, made on the server, usable without scripts. Rules stay in `publisher.workflow`."""
