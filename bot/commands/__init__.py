"""Commands of the organizers' room."""
