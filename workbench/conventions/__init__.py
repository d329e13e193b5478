"""How the customer's dates, numbers and empty cells are written: found by evidence, settled by the analyst, applied."""
