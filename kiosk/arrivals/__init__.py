"""The self-service kiosk: a person shows a code, confirms, and takes a badge."""
