"""What Runda is made of: a list for others, known weaknesses, licences. Works without a network."""
