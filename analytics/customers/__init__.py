"""Customer models: repeat buying, churn, lifetime value, RFM segments, and response to messages."""
