"""What tests are written with: factories of rows, the shared cast, files for evidence, forms, locks, processes.

The database of the suite stands here too: its template, the deletion of rows, and the gate for late requests.
"""
