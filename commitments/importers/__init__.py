"""Loading from files what was public before the portal was.

A reload brings untouched rows to what the file says and never overwrites an editor's work: a row is an editor's as soon
as its history holds a line whose reason is not the load. Nothing is ever deleted because a file no longer names it.
"""
