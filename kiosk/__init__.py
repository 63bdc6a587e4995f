"""What stands at the doors: camera, decoding, the light, and the lane's page."""
