"""What the bot remembers: tables, and the transactions that read and write them."""
