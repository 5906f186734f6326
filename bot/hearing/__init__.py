"""What comes in from the chat: taken in once, in one transaction, as what it means."""
