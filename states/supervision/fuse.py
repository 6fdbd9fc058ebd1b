"""The fuse (保险丝): a sweep that would fire unusually many rungs is drafted but held. default-pack.md, *Fuse*."""

from collections.abc import Sequence

from states.policy.schema import Fuse


def many(fuse: Fuse, would_fire: int) -> bool:
    """Whether the sweep is large enough to be weighed at all; below it neither test can hold."""
    return would_fire > fuse.at_least


def why_held(fuse: Fuse, would_fire: int, open_tasks: int, last: Sequence[int]) -> str | None:
    """Why the sweep is held, None where it may go out.

    `would_fire` counts tasks outside the backlog, `open_tasks` open tasks with a ladder; `last` are the counts
    of the sweeps that went out before, oldest first, of which the newest `fuse.last_sweeps` are looked at.
    """
    if not many(fuse, would_fire):
        return None
    if would_fire * 100 > open_tasks * fuse.share_percent:
        return f"将发出 {would_fire} 项，超过在办事项 {open_tasks} 项的 {fuse.share_percent}%"
    newest = last[-fuse.last_sweeps :]
    if len(newest) == fuse.last_sweeps and would_fire > fuse.times_largest * max(newest):
        return (
            f"将发出 {would_fire} 项，超过近 {fuse.last_sweeps} 次中最多一次（{max(newest)} 项）"
            f"的 {fuse.times_largest} 倍"
        )
    return None
