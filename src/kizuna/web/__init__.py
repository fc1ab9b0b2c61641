"""The HTML pages: a door that answers people with templates; it owns no tables."""
