"""Tools over cash, margins, expenses and debtors."""
