"""Questions that people ask the crew, and edits that they make."""
