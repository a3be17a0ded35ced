"""The vocabulary that every room shares: pure values, no input or output."""
