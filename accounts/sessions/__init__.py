"""Signed-in sessions: how they are stored, and the page that ends them. Start with `store`."""
