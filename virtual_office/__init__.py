"""The Virtual Office: meetings in which the crew reports, the chair decides, and minutes and action items are left."""
