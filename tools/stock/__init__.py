"""Tools over stock, orders to suppliers and transfers."""
