"""How dates, moments and numbers are written, by language; `FORMAT_MODULE_PATH` leads here."""
