"""One run of the demo, from an empty homeserver to the reconciled counts."""
