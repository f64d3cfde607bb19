"""What citizens are asked, and what they answer."""
