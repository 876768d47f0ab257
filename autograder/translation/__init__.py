"""A lesson in another language: the same cells, with every text in them replaced.

unit.py               what is translated as a whole, and what in it is not words
prose.py, source.py   the texts of a cell, each handed to a function that may replace it
lesson.py             all cells of a notebook
catalogue.py          translations, in PO files
spoken.py             all of that for a grader
"""
