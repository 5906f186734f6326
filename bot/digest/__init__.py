"""Making digests: what goes in, having it looked at, posting it."""
