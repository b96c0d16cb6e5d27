"""A question in, an answer out: picking sentences, citing, judging confidence, evaluating. Knows nothing of Gradio."""
