"""What surrounds the product: the demonstration, and the commands of `deploy/dev`."""
