"""From replies to a digest: what was said, with evidence for every line.

The functions that find things can be called, and measured, without the rest:

    from flows.digest import assign, cluster, is_proposal
"""

from __future__ import annotations

from flows.digest.assign import assign
from flows.digest.cluster import cluster
from flows.digest.proposals import is_proposal

__all__ = ["assign", "cluster", "is_proposal"]
