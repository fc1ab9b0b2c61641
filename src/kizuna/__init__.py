"""Kizuna ties a closed circle of friends to the public square."""
