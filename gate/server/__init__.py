"""The service: registrations in, badges signed, the log kept, counts shown."""
