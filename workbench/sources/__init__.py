"""Reading what the customer hands over; every byte of it is outside data and treated as hostile."""
