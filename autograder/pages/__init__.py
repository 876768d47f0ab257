"""What people read in a browser: feedback for a learner, the report on a class."""
