"""Carrying out what the engine decides: prompts, reminders, what is shown, boards, what returns."""
