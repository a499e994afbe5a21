"""Translations between the line and the world: Asterisk, Postgres, the disk, speech."""
