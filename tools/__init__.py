"""Tools for the people who work on the addon; nothing here ships with it."""
