"""The gate in front of the dashboard: sign-in, guarded routes and sockets, safe headers."""

from data.gate.gate import Gate
from data.gate.health import health_route
from data.gate.signin import signin_routes

__all__ = ["Gate", "health_route", "signin_routes"]
