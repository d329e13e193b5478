"""What arrived against what was meant: a covering sample, the field-by-field diff, the counts."""
