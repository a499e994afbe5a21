"""Asterisk's REST interface (ARI, Asterisk 22): events and commands over one WebSocket."""

from ivr.adapters.ari.connection import AriConnections, AriTarget
from ivr.adapters.ari.socket import Replaced

__all__ = ["AriConnections", "AriTarget", "Replaced"]
