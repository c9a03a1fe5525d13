"""The gate in front of the dashboard: sign-in, guarded routes and sockets, safe headers."""

from components.signin.gate import Gate
from components.signin.routes import gate_routes

__all__ = ["Gate", "gate_routes"]
