"""What stands sell and lose, and which trips to them pay."""
