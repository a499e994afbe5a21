"""Stand-ins for what cannot be provoked on the real thing: time, and a crash at any await."""
