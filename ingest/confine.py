"""Bounds for a process that works on a file that may be hostile, set by the process itself."""

from __future__ import annotations


def confine(size: int, seconds: float | None = None, *, for_good: bool = False) -> None:
    """Bound this process: its memory to ``size`` bytes, its processor time to ``seconds`` more than it has used.

    ``for_good`` takes from it the right to widen them again. Where the system has no such bounds (Windows), none are
    set.
    """
    try:
        import resource
    except ImportError:
        return
    limits = {resource.RLIMIT_AS: size}
    if seconds is not None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        limits[resource.RLIMIT_CPU] = int(used.ru_utime + used.ru_stime + seconds) + 1
    for what, wanted in limits.items():
        _, hard = resource.getrlimit(what)
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(what, (limit, limit if for_good else hard))
