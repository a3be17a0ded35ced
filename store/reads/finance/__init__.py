"""Reads of invoices, payments, expenses and debtors."""
