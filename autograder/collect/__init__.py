"""What students handed in elsewhere, brought into a course: zips and folders as systems give them.

`archive` reads them and trusts no name and no size; `systems` knows how each system names files;
`place` finds out whose each notebook is, for which lesson, and puts it where it belongs.
"""
