"""What concerns one person alone: private chats, consent to be asked from afar, care, rights."""
