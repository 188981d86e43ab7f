"""The Telegram front end, on aiogram: updates become requests, and replies become messages."""
