"""Ways out that nobody speaks back through: Discord's webhooks, and e-mail."""
