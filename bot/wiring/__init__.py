"""The parts of the bot, made and tied together: a module for each subject, in the order of need."""
