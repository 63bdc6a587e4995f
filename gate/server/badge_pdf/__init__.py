"""The digital badge as one page of A6, for whoever wants it as a file or on paper.

`sheet` says what stands on it, `draw` sets it in a program of its own, with `sheet.typ`.
"""
