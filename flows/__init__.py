"""What the bot decides: pure functions and values, no network, disk, clock, chance or log."""
