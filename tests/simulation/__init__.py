"""Whole days at the doors in one process, from one seed: clock, network, disks, crashes, restores.

The lanes' `protocol` and the server's `intake` are the real ones; only what drives them is ours.
`deploy/dev simulate` runs many days; `test_days` runs a thousand of them, and `test_mutants` proves
that a planted mistake is found.
"""
