"""The running program: it listens and carries out, and never decides."""
