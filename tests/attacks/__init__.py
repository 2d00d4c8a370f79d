"""Attacks on a running server, while honest members go on talking."""
