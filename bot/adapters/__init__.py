"""Chat networks, each a package that satisfies `bot.chat.Chat`."""
