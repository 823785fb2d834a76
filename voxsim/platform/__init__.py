"""The platform: an account's application, its rules, and what begins sessions."""
