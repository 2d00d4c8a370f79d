"""Proofs: what takes longer than a test may. `bin/prove` runs them and prints one table.

A proof is a module of this package with a function `run(options)` that returns an Outcome,
and a line in PROOFS in __main__.py. It starts what it needs, leaves nothing running, and
keeps its logs and reports in `options.results`. Where it lacks something it raises
CannotRun with a sentence that says what: a proof that did not run has proved nothing.
"""
