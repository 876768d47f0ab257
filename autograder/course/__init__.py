"""What a course folder holds: lessons, submissions, verdicts, the gradebook and its tables."""
