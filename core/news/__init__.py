"""What is told to many: announcements, headlines, releases; and who asked to hear them."""
