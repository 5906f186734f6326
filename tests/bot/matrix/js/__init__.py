"""A person with the encryption of Element's clients; needs Node, and stands outside `make test`."""
