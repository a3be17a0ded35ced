"""The chair's choice among proposals under shared limits."""
