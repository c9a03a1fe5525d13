"""The gate in front of the dashboard: sign-in, guarded routes and sockets, safe headers."""

from data.gate.gate import Gate
from data.gate.routes import gate_routes

__all__ = ["Gate", "gate_routes"]
