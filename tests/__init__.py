"""The tests. They speak the public wire on real databases; pure rules have tables and properties."""
