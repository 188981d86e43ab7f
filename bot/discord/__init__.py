"""The Discord front end, on discord.py: interactions and messages become requests, replies become embeds."""
