"""Numbers in, numbers out: prices, demand, stock, customers, money. No I/O, no clock; what is drawn is seeded."""
