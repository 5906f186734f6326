"""Files of a dialogue for whoever asks: exports, and one archive with everything."""
