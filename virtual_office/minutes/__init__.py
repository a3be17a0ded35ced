"""The minutes: documents, paper, PDF, and how figures are rendered."""
