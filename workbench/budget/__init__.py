"""What a load costs: its requests planned, held against the least possible and against what was used; its hours."""
