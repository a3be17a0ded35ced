"""The twin: a seeded world whose truth is known, speaking to the store only as a real brand would."""
