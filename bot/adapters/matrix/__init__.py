"""Matrix: `client.MatrixChat` is the door, `account` knows how to log in.

Of what is in here, only `nio_parts`, `key_store` and `olm` touch matrix-nio, and only for
encryption: its client loses messages at a crash, a limited sync or an error at the wrong moment.
"""
