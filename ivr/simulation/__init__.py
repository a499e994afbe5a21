"""A call walked through the real scenes with no Asterisk, in virtual time."""
