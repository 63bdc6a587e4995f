"""What holds for every test."""

from hypothesis import HealthCheck, settings

# How fast an example runs says nothing about the product: a busy machine must not fail a test.
settings.register_profile(
    "onsite", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("onsite")
