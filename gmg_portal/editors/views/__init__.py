"""The pages beside Django's lists and forms: of a table, and of the site (review queue, response rates, handover).

A page of a table is a class-based view around one `EditorContext`, which the table lists in `extra_views`; its base
classes are in `editors.extra_views`. Start with `review` as an example. `gmg_portal.admin` adds the pages of the site.
"""
