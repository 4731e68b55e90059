"""The base classes of the editor area's tables: strict lists, histories, permissions and inline rows.

Apps reach them through the admin site (`admin.site.ModelAdmin`). Start with `strict_lists`, the lowest of them, which
says how a table serves a request.
"""
