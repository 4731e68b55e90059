"""The actions of the workflow as pages: each asks for confirmation and then runs its action.

`definitions` declares them, `cycles` and `corrections` those of other tables; `pages` has their view and buttons,
`publishing` publishes several rows at once, and `refusals` says why an action is refused.
"""
