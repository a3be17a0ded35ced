"""Other systems into the store: folders of CSV files now; shops and the way out join them here."""
