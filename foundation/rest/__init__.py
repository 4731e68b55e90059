"""Building blocks for Django REST framework: pagination, problem details (RFC 9457) and sparse fields.

Imports `foundation` only. Start with `problem_details`, which formats every error of the API.
"""
