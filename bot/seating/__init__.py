"""From a list of participants to people at tables: reading, proposing, rooms, cards."""
