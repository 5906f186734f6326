"""What becomes of a message that is an answer: votes, changes of it, consent to keep it."""
