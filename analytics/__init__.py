"""Statistics and operations research for prices, demand, stock, customers and cash: pure functions, seeded draws."""
