"""The words that people read: one catalogue in every language, formats of numbers and days, and the PDF writer."""
