"""Files in, documents and passages out: reading, repairing, splitting. Knows nothing of models or questions."""
