"""Measurements, each with the things to be compared side by side in one run. Linux only."""
