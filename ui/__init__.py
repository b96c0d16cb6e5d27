"""The web chat. Knows answers and documents, not how ranking works."""
