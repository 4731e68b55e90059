"""Checks of the query parameters of the editor area's lists: their own filters, order, search and paging.

A lookup on a hidden column would show its values by the number of rows. So a list takes exactly the lookups that its
own filters link to, with the values that they offer, and answers 400 to everything else. Other pages raise the same
exception, which the admin site turns into an error page. Start with `params`, then `lookups`.
"""
