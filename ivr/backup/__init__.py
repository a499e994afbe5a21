"""What a backup holds, how it is made while the line runs, and how it comes back."""
