"""The pages of the register, of a commitment, and of corrections by readers.

Imports the other packages of the register and `reporting`. Start with `register.views.register.RegisterView`.
"""
