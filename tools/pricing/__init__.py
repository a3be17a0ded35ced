"""Tools over price lists, elasticities, rivals and promotions."""
