"""The description of the API (OpenAPI 3.1).

Imports the classes it describes.
Start with `schema`; texts are in `descriptions`, examples in `examples`.
"""
