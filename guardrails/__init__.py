"""Facts in, verdict out: Cedar policies, the dial, and checks of prose."""
