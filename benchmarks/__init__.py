"""Measurements that are run by hand; their results stand in no document unless they were run.

python -m benchmarks.generate --help
"""
