"""What the manual says by itself: every command, key and variable, from the code's own words."""
