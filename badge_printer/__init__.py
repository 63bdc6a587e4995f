"""Badges on paper: template and layout, pages as PDF or picture, and a station that serves them."""
