"""Where things are kept: four stores (people, square, circle, letters), each with one writer.

Owns no table. Dialect differences live here only; SQL of the tables lives in the ``queries`` of the package that
owns them.
"""
