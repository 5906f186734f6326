"""Matrix: `client.MatrixChat` is the door, `account` knows how to log in.

Of what is in here, only `olm` and `keys` touch matrix-nio, and only for encryption: its
client loses messages at a crash, a limited sync or an error at the wrong moment.
"""
