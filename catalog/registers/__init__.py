"""Real registers of services: reading what they publish, keeping what was read, and publishing our own."""
