"""What Runda costs, measured: `make bench` prints it as a table."""
