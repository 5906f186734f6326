"""Scenario packs: their source, their values, the ones that ship."""
