"""What is true outside: the shared vocabulary, the vendors, the chain, the database."""
