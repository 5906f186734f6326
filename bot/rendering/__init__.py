"""How what the bot says looks: Markdown for chat, and the documents it hands out."""
