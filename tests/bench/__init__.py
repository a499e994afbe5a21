"""`make bench`: the speed of this system beside that of Asterisk's own queue."""
