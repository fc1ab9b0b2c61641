"""The house watches itself: sizes, names, who owns which table, and that the docs name everything there is."""
