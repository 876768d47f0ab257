"""Another language from the same sources: what is English is the id of what stands for it.

unit.py               what is translated as a whole, and what in it is not words
prose.py, source.py   the texts of a cell, each handed to a function that may replace it
texts.py              all texts of a lesson, in the order in which a reader meets them
phrases.py            what `optlab` says in all of them
catalogue.py          their translations, in PO files
check.py, terms.py    what is wrong with a translation, as far as a program can tell
editions.py           all of that for the folders of translations/
"""
