"""Measurements, each beside a baseline of the same run. `make bench ONLY=inbound,list` writes `bench/results.json`."""
