"""The commands of `badge-printer` that go over all badges, or show templates."""
