"""The commands of `gate`, a module a group."""
