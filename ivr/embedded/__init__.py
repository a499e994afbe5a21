"""Asterisk and Postgres on this machine, in the state folder, without Docker and without root."""
