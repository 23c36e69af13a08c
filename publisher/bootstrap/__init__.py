"""The only place that plugs things together: settings, store, channels, renderer, log, service."""

from publisher.bootstrap.doctor import Check, diagnose
from publisher.bootstrap.home import Created, create_home
from publisher.bootstrap.office import Office, open_office
from publisher.bootstrap.practice import Practice, open_practice
from publisher.bootstrap.service import run_service

__all__ = [
    "Check",
    "Created",
    "Office",
    "Practice",
    "create_home",
    "diagnose",
    "open_office",
    "open_practice",
    "run_service",
]
