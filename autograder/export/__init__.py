"""Marks and feedback pages on their way back to where the work came from."""
