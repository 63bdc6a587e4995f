"""Registrations as organisers hand them in: files read, fields checked, problems named."""
