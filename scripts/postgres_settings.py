"""Settings of the embedded PostgreSQL, sized to the machine that it runs on."""

import os
from dataclasses import dataclass
from pathlib import Path

import psutil

MIB = 1024 * 1024
GIB = 1024 * MIB


@dataclass(frozen=True)
class Setting:
    """One line of the server's configuration and why it has that value."""

    name: str
    value: str
    reason: str


def machine_memory() -> int:
    """Bytes of memory that this machine or container may use."""
    limits = [psutil.virtual_memory().total]
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            limits.append(int(Path(path).read_text()))
        except (OSError, ValueError):  # not Linux, no cgroup, or "max": no limit
            continue
    return min(limits)


def machine_cores() -> int:
    """Cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def share(memory: int, divisor: int, low: int, high: int) -> str:
    """A part of the memory in whole MiB, kept between two bounds."""
    return f"{max(low, min(high, memory // divisor)) // MIB}MB"


def warehouse_settings(memory: int, cores: int) -> list[Setting]:
    """Settings for a warehouse that one machine builds, beside dbt and the generator."""
    workers = max(1, cores // 2)
    return [
        Setting(
            "shared_buffers",
            share(memory, 8, 128 * MIB, 4 * GIB),
            "an eighth: the file cache serves the rest, and dbt and the generator need room",
        ),
        Setting(
            "work_mem",
            share(memory, 48, 16 * MIB, GIB),
            "per sort, and several run in each of dbt's four threads",
        ),
        Setting("hash_mem_multiplier", "2", "hash joins may take twice that before they spill"),
        Setting(
            "maintenance_work_mem",
            share(memory, 16, 64 * MIB, GIB),
            "index builds and vacuum, one at a time",
        ),
        Setting(
            "effective_cache_size",
            share(memory, 2, 256 * MIB, 64 * GIB),
            "what the planner may expect the file cache to hold",
        ),
        Setting("wal_level", "minimal", "no replicas: a new table is synced, not written twice"),
        Setting("max_wal_senders", "0", "wal_level minimal demands it"),
        Setting(
            "max_wal_size",
            share(memory, 6, GIB, 4 * GIB),
            "few checkpoints in a bulk load",
        ),
        Setting("checkpoint_timeout", "30min", "checkpoints by size, not in the middle of a build"),
        Setting("checkpoint_completion_target", "0.9", "spread their writes"),
        Setting("fsync", "on", "a power cut must not cost the data"),
        Setting("full_page_writes", "on", "the same"),
        Setting("synchronous_commit", "off", "a crash may cost the last second; dbt builds again"),
        Setting("jit", "off", "compiling costs more than it saves on queries of this size"),
        Setting("random_page_cost", "1.1", "solid-state disks and a warm cache"),
        Setting("max_worker_processes", str(max(8, cores)), "the ceiling for all workers"),
        Setting("max_parallel_workers", str(cores), "no more than there are cores"),
        Setting(
            "max_parallel_workers_per_gather",
            str(workers),
            "half the cores: dbt runs several models at once",
        ),
        Setting("max_parallel_maintenance_workers", str(workers), "the same, for index builds"),
        Setting("autovacuum_naptime", "15s", "fresh tables get their statistics soon"),
        Setting("max_connections", "60", "dbt's threads, a BI tool's pool and a few prompts"),
        Setting("timezone", "'UTC'", "the same timestamps on every machine"),
        Setting("log_timezone", "'UTC'", "the same"),
        Setting("log_checkpoints", "off", "the log is for errors"),
        Setting("logging_collector", "off", "the log is one file beside the data"),
    ]
