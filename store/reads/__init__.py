"""Questions that several rooms ask of the store, each as one brand-scoped, as-of-aware read."""
