"""Seeing a badge over many frames, also where one frame alone does not read."""
