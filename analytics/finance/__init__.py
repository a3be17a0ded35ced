"""Cash ahead, margins, expenses out of pattern, and when debtors pay."""
