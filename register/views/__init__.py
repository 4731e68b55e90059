"""The pages of the register, of a commitment, and of corrections by readers.

Imports the other packages of the register and `reporting`; the roof gives the views their addresses. Start with
`register.views.register.RegisterView`.
"""
