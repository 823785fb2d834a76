"""Clients of AI services: one mechanism in `base` and `voice`, what they speak to in `ports`, a module per vendor."""
