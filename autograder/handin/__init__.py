"""What a submission passes before it is judged: reading, pouring, cleaning of outputs."""
