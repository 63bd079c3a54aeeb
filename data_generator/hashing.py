"""Chance that follows from what a row is, not from the rows before it (splitmix64).

A draw in sequence would change with every row that is added; a hash stays as it is.
"""

import zlib
from collections.abc import Iterable

import numpy as np

from data_generator.arrays import Array

GOLDEN = 0x9E3779B97F4A7C15
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def identities(seed: int, name: str, columns: Iterable[Array]) -> Array:
    """64 bits for each row, the same for the same seed, name and numbers in the columns."""
    start = (seed * 0x1000003 + zlib.crc32(name.encode())) % 2**64
    words: Array | None = None
    for column in columns:
        # two's complement, so that negative numbers wrap
        numbers = column.astype(np.int64).view(np.uint64)
        words = (numbers + np.uint64(start) if words is None else words + numbers) * np.uint64(
            GOLDEN
        )
        words ^= words >> np.uint64(29)
    if words is None:
        raise ValueError(f"{name} has no columns to tell its rows apart")
    return words


def mixed(words: Array) -> Array:
    """Every bit of each word spread over all 64."""
    words = (words ^ (words >> np.uint64(30))) * _FIRST
    words = (words ^ (words >> np.uint64(27))) * _SECOND
    spread: Array = words ^ (words >> np.uint64(31))
    return spread


def bits(words: Array, purpose: str) -> Array:
    """64 random bits for each identity; those of one purpose tell nothing about another's."""
    return mixed(words + np.uint64(zlib.crc32(purpose.encode()) * GOLDEN % 2**64))


def happens(words: Array, purpose: str, rate: Array | float) -> Array:
    """Whether something of a given rate (0..1) happens to each identity."""
    return (bits(words, purpose) >> np.uint64(11)) < np.asarray(rate) * 2.0**53


def number_between(words: Array, purpose: str, limits: tuple[int, int]) -> Array:
    """A whole number within `limits`, both included, for each identity."""
    span = np.uint64(limits[1] - limits[0] + 1)
    return limits[0] + ((bits(words, purpose) >> np.uint64(33)) % span).astype(np.int64)


def which_happens(words: Array, purpose: str, rates: Iterable[float]) -> Array:
    """Which of several things that exclude each other happens to each identity; -1 for none."""
    edges = np.cumsum(list(rates)) * 2.0**53
    draw = bits(words, purpose) >> np.uint64(11)
    found = np.full(len(words), -1, dtype=np.int8)
    if not len(edges):
        return found
    hit = np.flatnonzero(draw < edges[-1])
    found[hit] = np.searchsorted(edges, draw[hit].astype(np.float64), side="right")
    return found
