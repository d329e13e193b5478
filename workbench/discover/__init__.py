"""What a source holds, how its records hang together, and what moving them will take."""
