"""What stands behind `check`: observing an answer, comparing it, saying what is wrong."""
