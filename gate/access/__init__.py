"""The pure access core: values in, values out. No IO, no clock, no randomness."""
