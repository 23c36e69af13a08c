"""The only place that plugs things together: settings, store, channels, renderer, log, service."""

from publisher.bootstrap.callbacks import CallbackOffice, desk_over, open_callbacks
from publisher.bootstrap.doctor import Check, diagnose
from publisher.bootstrap.health import health_in, health_of
from publisher.bootstrap.home import Created, create_home
from publisher.bootstrap.office import Office, open_office
from publisher.bootstrap.practice import Practice, open_practice
from publisher.bootstrap.service import run_service, wait_for_stop

__all__ = [
    "CallbackOffice",
    "Check",
    "Created",
    "Office",
    "Practice",
    "create_home",
    "desk_over",
    "diagnose",
    "health_in",
    "health_of",
    "open_callbacks",
    "open_office",
    "open_practice",
    "run_service",
    "wait_for_stop",
]
