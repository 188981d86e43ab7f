"""What follows from the facts: decisions, free of any network, SQL or chat driver."""
