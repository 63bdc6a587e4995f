"""The demonstration: an invented week, played with the real programs."""
