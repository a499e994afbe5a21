"""What the line decides: values in, values out; no I/O, no clock, no logging."""
