"""What kiosk tests share: frames with badges in them, a camera on the network, a prepared lane."""
