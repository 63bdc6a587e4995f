"""All SQL of the server, as named constants beside their typed functions, a module a subject.

Every statement is scoped by edition. A test PREPAREs each constant against the real schema.
"""
