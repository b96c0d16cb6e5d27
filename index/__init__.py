"""Passages in, ranked hits out: embedding, storing, searching, rebuilding. Knows nothing of answers or pages."""
