"""Scenario packs: what one is, how its TOML is read, and the packs that ship."""
