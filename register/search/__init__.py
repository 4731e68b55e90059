"""Full-text search of the register, and spelling suggestions for searches without results.

`full_text` imports nothing of the register; `spelling` imports `register.querysets`. Start with `full_text`.
"""
