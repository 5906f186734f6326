"""The process itself: health, logs, backups, work in child processes."""
