"""Tests of the square."""
