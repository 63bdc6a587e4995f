"""The words of every screen, in the six languages of the United Nations."""
