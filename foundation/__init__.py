"""General helpers that know nothing of the register: each module is named by its subject.

They import no app of this project, and every app may import them. Begin with `dates`.
"""
