"""Records into the tenant, each once and with one outcome; their delta; and the way back."""
