"""Another language from the same sources: what is English is the id of what stands for it.

texts.py              all texts of a lesson, in the order in which a reader meets them
phrases.py            what `optlab` says in all of them
pages.py              what a grader says to learners
documents.py          pages for learners beside the lessons
glossary.py           the terms, and where they come first
check.py, terms.py    what is wrong with a translation, as far as a program can tell
editions.py           all of that for the folders of translations/
built.py              what learners get of a language
solutions.py          solutions run in it, beside the English
font.py               what figures are lettered with

How a text is replaced by its translation: `autograder/translation/`.
"""
