"""What the workforce remembers: the learning journal now; knowledge and agent memory join it here."""
