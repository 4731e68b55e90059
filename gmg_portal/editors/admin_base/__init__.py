"""The base classes of all ModelAdmin classes: strict lists, histories, permissions and inline rows.

Start with `strict_lists`, the lowest of them, which says how a table serves a request; most tables derive from
`PortalModelAdmin` in `portal_admin`.
"""
