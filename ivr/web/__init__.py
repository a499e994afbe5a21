"""What people and machines see of the running service over HTTP."""
