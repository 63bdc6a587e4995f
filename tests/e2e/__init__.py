"""Whole programs: processes killed, pages in a browser, the walk from a file to the wall."""
