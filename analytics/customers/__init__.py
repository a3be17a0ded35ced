"""Who buys again, what they are still worth, and what messages to them bring."""
