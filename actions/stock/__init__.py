"""Action kinds of stock: orders to suppliers and transfers."""
