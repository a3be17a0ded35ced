"""Memory of the workforce: the learning journal and the knowledge base."""
