"""Winback: finds the clients a shop is about to lose and writes each one a true, personal e-mail."""

__version__ = "0.1.0"
