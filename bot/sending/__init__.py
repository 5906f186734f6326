"""What is decided leaves here: the outbox drained, and what is told when that fails."""
