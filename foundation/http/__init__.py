"""HTTP outside the views: client IP, throttling, compression, conditional requests, ranges, methods and the log.

Imports `foundation` only. Start with `client_ip`; the middleware classes are listed in `settings.MIDDLEWARE`.
"""
