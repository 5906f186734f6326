"""config.toml: the values, what may stand in it, what is wrong with it."""
