"""From replies to a digest: what was said, with evidence for every line."""
