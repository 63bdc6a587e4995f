"""What holds for every input: exhaustive small worlds, Hypothesis, fuzz."""
